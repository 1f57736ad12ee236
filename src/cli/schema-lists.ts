import { type Static, Type } from '@sinclair/typebox';

/** Lists in the configuration file: rules of `sip.redirect`, and `webhooks`. */

/** A name or an address, as a pattern. */
export const HOST = '[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\]';

/** Rules are looked at one by one with each registration. */
export const MAX_REDIRECTS = 256;
/** One rule of `sip.redirect`. */
export const Redirect = Type.Object(
  {
    id: Type.Optional(
      Type.String({
        pattern: '^[0-9]{20}$',
        'x-form': '20 digits',
        description: 'platform id of the target; without it this gateway’s own',
      }),
    ),
    host: Type.Optional(
      Type.String({
        pattern: `^(?:${HOST})$`,
        'x-form': 'a name or an address without a port',
        description: 'the target; without it the rule means that this gateway keeps the device',
      }),
    ),
    port: Type.Optional(Type.Integer({ description: 'SIP port of the target, 5060 unless given' })),
    devices: Type.Optional(
      Type.Array(
        Type.String({
          pattern: '^[A-Za-z0-9]{0,64}\\*?$',
          'x-form': 'an id, or the beginning of ids such as 3402000000*',
        }),
        {
          maxItems: 10_000,
          description: 'ids, `3402000000111*` forms too; without it every device',
        },
      ),
    ),
    networks: Type.Optional(
      Type.Array(Type.String(), { maxItems: 1000, description: 'where the device is seen, such as `10.1.0.0/16`' }),
    ),
    share: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1_000_000,
        description: 'devices are shared out among the rules that fit and have one; without it the rule takes all',
      }),
    ),
    maxDevices: Type.Optional(
      Type.Integer({ minimum: 0, description: 'so many are sent there at once; the others go to the next rule' }),
    ),
    fromLoad: Type.Optional(
      Type.Integer({ minimum: 0, description: 'holds only while at least so many devices are online at this gateway' }),
    ),
  },
  { additionalProperties: false },
);
export type RedirectEntries = Static<typeof Redirect>[];

/** Each event is stored once for each of them. */
export const MAX_WEBHOOKS = 32;
/** One endpoint that is told of events. */
export const Webhook = Type.Object(
  {
    url: Type.String({
      pattern: '^https?://[^\\s]+$',
      description: 'where events are POSTed; redirects are not followed',
    }),
    secret: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'key of the signature in `X-Gbgate-Signature`; without it nothing is signed',
      }),
    ),
    events: Type.Optional(
      Type.Array(Type.String({ pattern: '^(\\*|[a-z]+(\\.[a-z]+)*(\\.\\*)?)$' }), {
        minItems: 1,
        maxItems: 100,
        description: 'types of events, `download.*` forms too; without it all',
      }),
    ),
    headers: Type.Optional(
      Type.Record(Type.String({ pattern: '^[A-Za-z0-9-]+$' }), Type.String({ pattern: '^[\\x20-\\x7e]*$' }), {
        additionalProperties: false,
        description: 'more headers of each request, such as `Authorization`',
      }),
    ),
  },
  { additionalProperties: false },
);

/** The keys of one webhook, for the documentation. */
export const WEBHOOK_KEYS: readonly { name: string; description: string }[] = Object.entries(Webhook.properties).map(
  ([name, schema]) => ({ name, description: schema.description ?? '' }),
);

/** The keys of one rule of `sip.redirect`, for the documentation. */
export const REDIRECT_KEYS: readonly { name: string; description: string }[] = Object.entries(Redirect.properties).map(
  ([name, schema]) => ({ name, description: schema.description ?? '' }),
);
