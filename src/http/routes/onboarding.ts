import { isIP } from 'node:net';
import { type Static, Type } from '@sinclair/typebox';
import type { Routes } from '../context.ts';
import { sendProblem } from '../problem.ts';
import { answers } from '../schema.ts';

const Time = Type.String({ format: 'date-time' });
const Words = <T extends string[]>(...words: [...T]) => Type.Unsafe<T[number]>({ type: 'string', enum: words });
const Ids = Type.Array(Type.String());

const Arrival = Type.Object(
  {
    id: Type.String(),
    deviceId: Type.String(),
    address: Type.String({ description: '`host:port` it came from last' }),
    transport: Type.String(),
    firstAt: Time,
    lastAt: Time,
    steps: Type.Array(
      Type.Object({
        code: Type.String({
          description: '`wrong-password`, `registered`, `channels`, …; the newest step is the last',
        }),
        firstAt: Time,
        lastAt: Time,
        tries: Type.Integer(),
        detail: Type.String(),
        retryAfterSeconds: Type.Optional(Type.Integer()),
        channels: Type.Optional(Type.Integer()),
      }),
    ),
  },
  { title: 'Arrival', description: 'What arrived of one device from one host; also as events `onboarding.arrival`' },
);

const Onboarding = Type.Object(
  {
    serverId: Type.String(),
    domain: Type.String(),
    address: Type.String({ description: 'Our address as the camera sees it' }),
    addressFrom: Words('advertised', 'bound', 'camera', 'interface'),
    addresses: Type.Array(Type.Object({ address: Type.String(), interface: Type.String() }), {
      description: 'What else the address could be',
    }),
    port: Type.Integer(),
    transports: Type.Array(Words('udp', 'tcp')),
    authentication: Type.Boolean(),
    hasPassword: Type.Boolean(),
    admission: Words('open', 'known'),
    expiresSeconds: Type.Integer(),
    heartbeatSeconds: Type.Integer(),
    heartbeatCount: Type.Integer(),
    deviceIds: Type.Object({ camera: Ids, recorder: Ids }, { description: 'Free ids of 20 digits' }),
    arrivals: Type.Array(Arrival, { description: 'Newest first' }),
    time: Type.String({
      format: 'date-time',
      description: 'The clock of the gateway, to compare the times above with',
    }),
  },
  { title: 'Onboarding' },
);

const Query = Type.Object({
  camera: Type.Optional(
    Type.String({ maxLength: 64, description: 'IP address of the camera: `address` is then the one that faces it' }),
  ),
});
const SipPassword = Type.Object({ password: Type.Union([Type.String(), Type.Null()]) }, { title: 'SipPassword' });

/** `/api/v1/onboarding`: what to type into a camera's form, and what arrives of it. */
export const onboardingRoutes: Routes = (app, { gateway, epochMs }) => {
  const tags = ['onboarding'];

  app.get<{ Querystring: Static<typeof Query> }>(
    '/onboarding',
    {
      schema: {
        tags,
        summary: 'What to type into a camera’s form, and what arrived of cameras lately',
        querystring: Query,
        response: answers({ 200: Onboarding }),
      },
    },
    async (request, reply) => {
      const { camera } = request.query;
      if (camera !== undefined && isIP(camera) === 0) {
        return sendProblem(reply, 'bad_request', 'camera is the IP address of a camera, such as 192.168.1.64.');
      }
      const time = new Date(epochMs()).toISOString();
      return reply.send({ ...(await gateway.onboarding(camera ?? null)), time });
    },
  );

  app.post(
    '/onboarding/password',
    {
      schema: {
        tags,
        summary: 'Show the password of cameras',
        description: 'A POST, so that a token which may only look does not see it.',
        response: answers({ 200: SipPassword }),
      },
    },
    (_request, reply) => reply.send({ password: gateway.sipPassword() }),
  );
};
