/**
 * `Monitor-User-Identity` (GB/T 28181 8.4): who asks, as told from domain to domain. Each security gateway on the way puts its own id in
 * front: `<id of the last gateway>-…-<id of the first>-<user>`.
 */
export interface UserIdentity {
  /** Ids of the gateways, the last one first. */
  readonly gateways: readonly string[];
  /** Id and attributes of the user, as the first one wrote them. */
  readonly user: string;
}

/** Longer ones are none: ten domains and a user. */
const MAX_LENGTH = 512;
/** Platform equipment has a type of 200 to 299 in digits 11 to 13 (annex E), users have 300 to 499. */
const GATEWAY = /^(\d{10}2\d{9})-/;

/** Null: it does not begin with the id of a gateway, or names nobody. */
export function readUserIdentity(value: string): UserIdentity | null {
  if (value.length > MAX_LENGTH) return null;
  const gateways: string[] = [];
  let user = value.trim();
  for (let found = GATEWAY.exec(user); found !== null; found = GATEWAY.exec(user)) {
    gateways.push(found[1]!);
    user = user.slice(found[0].length);
  }
  return gateways.length === 0 || user === '' ? null : { gateways, user };
}

/** As this gateway tells it. */
export function writeUserIdentity({ gateways, user }: UserIdentity): string {
  return [...gateways, user].join('-');
}
