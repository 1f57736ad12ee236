import { type Static, Type } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AnnouncementView, ChannelName, TalkOptions, TalkView } from '../../gateway/talk/talk-views.ts';
import { isProblem, type Problem } from '../../gateway/views.ts';
import type { HttpContext, Routes } from '../context.ts';
import { baseAddress } from '../origin.ts';
import { sendProblem, sendRefusal } from '../problem.ts';
import { answers, ChannelParams, IdParams, Nothing, Nullable, PullTransport } from '../schema.ts';

/** Ten minutes of 16-bit stereo at 16 kHz; what is longer is no announcement. */
export const MAX_WAV_BYTES = 40 * 1024 * 1024;
/** Channels of one announcement: as many as may be spoken to at once. */
const MAX_ANNOUNCED = 500;
const WAV_TYPES = ['audio/wav', 'audio/x-wav', 'audio/wave', 'audio/vnd.wave', 'application/octet-stream'];

const Mode = Type.Unsafe<TalkOptions['mode']>({
  type: 'string',
  enum: ['auto', 'broadcast', 'talk'],
  default: 'auto',
  description:
    '`broadcast`: the device is told to call for the voice; `talk`: it is called, and may answer with its own; `auto`: what works, remembered for the device',
});
const Force = Type.Optional(
  Type.Boolean({ default: false, description: 'Try also what the device is known not to do' }),
);

const Talk = Type.Object(
  {
    id: Type.String(),
    deviceId: Type.String(),
    channelId: Type.String(),
    mode: Mode,
    state: Type.Unsafe<TalkView['state']>({ type: 'string', enum: ['calling', 'talking', 'ended'] }),
    transport: Nullable(PullTransport),
    codec: Nullable(Type.String({ description: '`pcma`, `pcmu`, or `ps` (A-law in a program stream)' })),
    remote: Nullable(Type.String({ description: 'Where the voice goes, `host:port`' })),
    startedAt: Type.String({ format: 'date-time' }),
    endReason: Type.Optional(Type.String()),
    speaker: Type.Boolean({ description: 'Somebody is connected who may speak, or a file is spoken' }),
    packets: Type.Object({
      packets: Type.Integer({ description: 'Sent, 20 ms each' }),
      silent: Type.Integer({ description: 'Of these, silence' }),
      skipped: Type.Integer({ description: 'Left out, because the way or the machine stood still' }),
      late: Type.Integer({ description: 'Sent 10 ms or more behind their time' }),
    }),
    urls: Type.Object({
      ws: Type.String({
        description: 'Opening it with the token speaks; `force=true`: also to a device known to take no voice',
      }),
    }),
  },
  { title: 'Talk' },
);

const Announcement = Type.Object(
  {
    id: Type.String(),
    startedAt: Type.String({ format: 'date-time' }),
    durationMs: Type.Integer(),
    items: Type.Array(
      Type.Object({
        deviceId: Type.String(),
        channelId: Type.String(),
        state: Type.String({ description: '`calling`, `talking` or `ended`' }),
        problem: Type.Optional(Type.String({ description: 'Code of why it did not hear it' })),
        detail: Type.Optional(Type.String()),
      }),
    ),
  },
  { title: 'Announcement' },
);

const TalkBody = Type.Object({ mode: Type.Optional(Mode), force: Force }, { additionalProperties: false });
const AudioQuery = Type.Object({ mode: Type.Optional(Mode), force: Force });
const Announced = Type.Object(
  { deviceId: Type.String({ maxLength: 200 }), channelId: Type.String({ maxLength: 200 }) },
  { additionalProperties: false },
);
const AnnouncementBody = Type.Object(
  {
    channels: Type.Array(Announced, { minItems: 1, maxItems: MAX_ANNOUNCED }),
    audio: Type.String({ contentEncoding: 'base64', description: 'The WAV file' }),
  },
  { additionalProperties: false },
);

/** A body of sound is read by its own room. */
const sounds = Object.fromEntries(
  WAV_TYPES.map((type) => [type, { schema: Type.Unsafe<Buffer>({ description: 'A WAV file' }) }]),
);

/** Voice to devices. */
export const talkRoutes: Routes = (app, context) => {
  // bodies of sound are taken by these routes only
  void app.register(async (scope) => {
    scope.addContentTypeParser(WAV_TYPES, { parseAs: 'buffer', bodyLimit: MAX_WAV_BYTES }, (_request, body, done) =>
      done(null, body),
    );
    routesOf(scope, context);
  });
};

const routesOf: Routes = (app, context) => {
  const { talks } = context.gateway;
  const tags = ['talk'];
  const channel = '/devices/:deviceId/channels/:channelId';

  app.post<{ Params: ChannelParams; Body: Static<typeof TalkBody> }>(
    `${channel}/talk`,
    {
      schema: {
        tags,
        summary: 'Call a device for a voice',
        description:
          'Answers when the device listens. Whoever opens `urls.ws` then speaks: binary messages of 16-bit little-endian mono PCM at 8 kHz. Without a speaker it ends after a minute. Opening the address calls the device by itself.',
        params: ChannelParams,
        body: TalkBody,
        response: answers({ 201: Talk }),
      },
    },
    async (request, reply) => {
      const { mode = 'auto', force = false } = request.body;
      return sendTalk(context, request, reply.code(201), await talks.start(nameOf(request), { mode, force }));
    },
  );

  app.get<{ Params: ChannelParams }>(
    `${channel}/talk`,
    { schema: { tags, summary: 'The voice to a channel', params: ChannelParams, response: answers({ 200: Talk }) } },
    async (request, reply) => sendTalk(context, request, reply, talks.talk(nameOf(request))),
  );

  app.delete<{ Params: ChannelParams }>(
    `${channel}/talk`,
    { schema: { tags, summary: 'End a voice', params: ChannelParams, response: answers({ 204: Nothing }) } },
    async (request, reply) => {
      const refusal = talks.stop(nameOf(request));
      return refusal === null ? reply.code(204).send() : sendRefusal(reply, refusal);
    },
  );

  app.post<{ Params: ChannelParams; Querystring: Static<typeof AudioQuery>; Body: unknown }>(
    `${channel}/talk/audio`,
    {
      bodyLimit: MAX_WAV_BYTES,
      schema: {
        tags,
        summary: 'Speak a WAV file',
        description:
          'The body is the file (`Content-Type: audio/wav`): PCM of 8 to 32 bits, A-law or µ-law, any rate, ten minutes at most. Answers when the device listens; `talk.ended` says when all was spoken.',
        params: ChannelParams,
        body: { content: sounds },
        querystring: AudioQuery,
        response: answers({ 201: Talk }),
      },
    },
    async (request, reply) => {
      const { mode = 'auto', force = false } = request.query;
      if (!Buffer.isBuffer(request.body)) return sendProblem(reply, 'bad_request', 'The body is a WAV file.');
      const spoken = await talks.speak(nameOf(request), request.body, { mode, force });
      return sendTalk(context, request, reply.code(201), spoken);
    },
  );

  app.post<{ Body: Buffer | Static<typeof AnnouncementBody>; Querystring: { channels?: string } }>(
    '/announcements',
    {
      bodyLimit: 2 * MAX_WAV_BYTES,
      schema: {
        tags,
        summary: 'Speak a WAV file to many channels at once',
        description:
          'The body is the file (`Content-Type: audio/wav`) with `?channels=DEVICE/CHANNEL,…`, or JSON with `channels` and the file in base64.',
        body: { content: { 'application/json': { schema: AnnouncementBody }, ...sounds } },
        querystring: Type.Object({
          channels: Type.Optional(
            Type.String({ description: '`DEVICE/CHANNEL`, with commas between', maxLength: 50_000 }),
          ),
        }),
        response: answers({ 202: Announcement }),
      },
    },
    async (request, reply) => {
      const { body, headers } = request;
      // without a type nothing has looked at it
      if (headers['content-type'] === undefined)
        return sendProblem(reply, 'bad_request', 'The body is a WAV file (Content-Type: audio/wav), or JSON.');
      const wish = Buffer.isBuffer(body)
        ? { channels: namesOf(request.query.channels ?? ''), audio: body }
        : ofJson(body);
      if (wish.channels === null)
        return sendProblem(
          reply,
          'bad_request',
          `\`channels\` names 1 to ${MAX_ANNOUNCED} channels as DEVICE/CHANNEL, with commas between.`,
        );
      return sendAnnouncement(reply.code(202), talks.announce(wish.channels, wish.audio));
    },
  );

  app.get<{ Params: IdParams }>(
    '/announcements/:id',
    {
      schema: {
        tags,
        summary: 'What became of an announcement',
        params: IdParams,
        response: answers({ 200: Announcement }),
      },
    },
    async (request, reply) => sendAnnouncement(reply, talks.announcement(request.params.id)),
  );
};

function nameOf({ params: { deviceId, channelId } }: FastifyRequest<{ Params: ChannelParams }>): ChannelName {
  return { deviceId, channelId };
}

/** `DEVICE/CHANNEL,…`; null when it is not that. */
function namesOf(text: string): ChannelName[] | null {
  const parts = text.split(',').map((part) => part.trim().split('/'));
  if (parts.length > MAX_ANNOUNCED || parts.some((part) => part.length !== 2 || part.includes(''))) return null;
  return parts.map(([deviceId, channelId]) => ({ deviceId: deviceId!, channelId: channelId! }));
}

/** The JSON form. */
function ofJson({ channels, audio }: Static<typeof AnnouncementBody>): { channels: ChannelName[]; audio: Buffer } {
  return { channels, audio: Buffer.from(audio, 'base64') };
}

function sendTalk(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
  talk: TalkView | Problem,
): FastifyReply {
  if (isProblem(talk)) return sendRefusal(reply, talk);
  const base = baseAddress(request.headers, context.port(), context.origins).replace(/^http/, 'ws');
  return reply.send({ ...talk, urls: { ws: base + talk.urls.ws } });
}

function sendAnnouncement(reply: FastifyReply, announcement: AnnouncementView | Problem): FastifyReply {
  return isProblem(announcement) ? sendRefusal(reply, announcement) : reply.send(announcement);
}
