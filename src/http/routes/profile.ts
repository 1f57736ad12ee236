import { type Static, Type } from '@sinclair/typebox';
import { isProblem } from '../../gateway/views.ts';
import type { Routes } from '../context.ts';
import { sendRefusal } from '../problem.ts';
import { answers, DeviceParams, Nothing, PullTransport } from '../schema.ts';

const Words = <T extends string[]>(words: [...T], description: string) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: words, description });

/** A day: no device is further off than its zone and a wrong date line. */
const MAX_OFFSET_SECONDS = 86_400;

/** Every field of a profile, with what it does. */
const FIELDS = {
  mediaTransport: PullTransport,
  charset: Words(['UTF-8', 'GB18030'], 'Charset of its XML and of ours to it'),
  ssrc: Words(['offered', 'any'], '`offered`: media with another SSRC than the agreed one is refused'),
  digest: Words(['qop', 'plain'], '`plain`: challenges without qop, for firmware of before RFC 2617'),
  algorithm: Words(['MD5', 'SHA-256', 'SM3'], 'Algorithm of the challenge'),
  idForm: Words(['channel', 'device'], 'Whom an INVITE names'),
  sdpForm: Words(['common', 'minimal', 'extended'], 'How much an offer lists'),
  subStreamAttribute: Words(
    ['all', 'streamnumber', 'streamprofile', 'stream', 'streamMode', 'subject', 'none'],
    'How a stream other than the main one is asked for',
  ),
  mansrtsp: Words(['RTSP/1.0', 'MANSRTSP/1.0'], 'Start line of playback control'),
  keyFrameCommand: Words(['IFameCmd', 'IFrameCmd'], 'Spelling of the wish for a key frame'),
  rtcp: Type.Boolean({ description: 'Receiver reports are sent' }),
  date: Type.String({
    maxLength: 64,
    description: '`Date` in answers to REGISTER: `beijing`, a zone like `Asia/Tokyo`, or `off`',
  }),
  ignoreStatusNotify: Type.Boolean({ description: 'ON and OFF events of its channels are not believed' }),
  openUnregister: Type.Boolean({ description: 'It may unregister from its own address without authentication' }),
  redirect: Words(['follow', 'here'], '`here`: it is served by this gateway, whatever `sip.redirect` says'),
  audioLaw: Words(['a', 'mu'], 'What its G.711 really is'),
  sendAfterAck: Type.Boolean({ description: 'Voice is sent to it only after its ACK' }),
  timeOffsetSeconds: Type.Integer({
    minimum: -MAX_OFFSET_SECONDS,
    maximum: MAX_OFFSET_SECONDS,
    description: 'Added to its times of recordings',
  }),
  notSupported: Type.Array(Type.String({ maxLength: 64 }), {
    maxItems: 64,
    description: 'What it has answered that it cannot do',
  }),
  edition: Words(['2011', '2014', '2016', '2022'], 'The edition of the standard that it speaks, whatever it says'),
};

const orNull = <T extends Record<string, Parameters<typeof Type.Optional>[0]>>(fields: T) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, schema]) => [name, Type.Optional(Type.Union([schema, Type.Null()]))]),
  );

const Part = Type.Partial(Type.Object(FIELDS));
const Profile = Type.Object(
  {
    ...FIELDS,
    charset: Type.Union([FIELDS.charset, Type.Null()], { description: 'Null: found out message by message' }),
    audioLaw: Type.Union([FIELDS.audioLaw, Type.Null()], { description: 'Null: as the stream declares it' }),
    edition: Type.Union([FIELDS.edition, Type.Null()], { description: 'Null: it says none, and has shown none' }),
    learned: Type.Object(Part.properties, { description: 'What the device showed of itself' }),
    byHand: Type.Object(Part.properties, { description: 'What was set; it wins over what was learned' }),
  },
  { title: 'Profile' },
);
const ProfileChange = Type.Object(orNull(FIELDS), {
  additionalProperties: false,
  minProperties: 1,
  description: 'Null gives a field back to what was learned',
});
const Forgetting = Type.Object({
  learnedOnly: Type.Optional(Type.Boolean({ default: false, description: 'Keep what was set by hand' })),
});

/** `/api/v1/devices/{deviceId}/profile`: how a device differs, learned and set by hand. */
export const profileRoutes: Routes = (app, { gateway }) => {
  const tags = ['devices'];
  const path = '/devices/:deviceId/profile';

  app.get<{ Params: DeviceParams }>(
    path,
    {
      schema: {
        tags,
        summary: 'What was learned of a device, and what was set by hand',
        description: 'The fields are what holds now; `learned` and `byHand` say where it comes from.',
        params: DeviceParams,
        response: answers({ 200: Profile }),
      },
    },
    (request, reply) => {
      const profile = gateway.profile(request.params.deviceId);
      return isProblem(profile) ? sendRefusal(reply, profile) : reply.send(profile);
    },
  );

  app.patch<{ Params: DeviceParams; Body: Static<typeof ProfileChange> }>(
    path,
    {
      schema: {
        tags,
        summary: 'Set fields of a profile by hand',
        params: DeviceParams,
        body: ProfileChange,
        response: answers({ 200: Profile }),
      },
    },
    (request, reply) => {
      const profile = gateway.changeProfile(request.params.deviceId, request.body);
      return isProblem(profile) ? sendRefusal(reply, profile) : reply.send(profile);
    },
  );

  app.delete<{ Params: DeviceParams; Querystring: Static<typeof Forgetting> }>(
    path,
    {
      schema: {
        tags,
        summary: 'Forget what was learned and set: the device is taken as the standard has it',
        params: DeviceParams,
        querystring: Forgetting,
        response: answers({ 204: Nothing }),
      },
    },
    (request, reply) => {
      const { learnedOnly = false } = request.query;
      const refusal = gateway.forgetProfile(request.params.deviceId, { learnedOnly });
      return refusal === null ? reply.code(204).send() : sendRefusal(reply, refusal);
    },
  );
};
