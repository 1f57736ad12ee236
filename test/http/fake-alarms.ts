import type {
  AlarmRule,
  AlarmRulesDesk,
  AlarmsDesk,
  AlarmView,
  ImageSnapshotsDesk,
  Served,
  SnapshotView,
} from '../../src/gateway/alarms/alarm-views.ts';
import type { Problem } from '../../src/gateway/views.ts';
import { ALARM_WORDS } from '../../src/sip/manscdp/alarm-words.ts';
import type { AlarmQuery } from '../../src/store/alarms.ts';
import type { SnapshotQuery } from '../../src/store/snapshots.ts';

/** Alarms as a plain list. */
export class FakeAlarms implements AlarmsDesk {
  readonly words = ALARM_WORDS;
  readonly list: AlarmView[] = [];
  readonly queries: AlarmQuery[] = [];

  page(query: AlarmQuery) {
    this.queries.push(query);
    const found = this.list.filter(({ id }) => query.before === null || Number(id) < query.before);
    return { items: found.slice(0, query.limit), hasMore: found.length > query.limit };
  }

  get(id: string) {
    return this.list.find((alarm) => alarm.id === id) ?? null;
  }
}

export class FakeAlarmRules implements AlarmRulesDesk {
  rules: readonly AlarmRule[] = [];

  all() {
    return this.rules;
  }

  put(rules: readonly AlarmRule[] | null) {
    this.rules = rules ?? [];
    return this.rules;
  }
}

/** Pictures as a plain list; waits for those of one session. */
export class FakeImageSnapshots implements ImageSnapshotsDesk {
  readonly list: SnapshotView[] = [];
  readonly queries: SnapshotQuery[] = [];
  readonly taken: unknown[][] = [];
  readonly received: { session: string; name: string; bytes: number }[] = [];
  served: Served | null = null;
  session = '';
  refusal: Problem | null = null;
  files = new Map<string, { absolutePath: string; type: 'image/jpeg' | 'image/png' }>();
  /** An upload is answered when this is resolved. */
  wait: Promise<void> = Promise.resolve();

  async take(...wish: Parameters<ImageSnapshotsDesk['take']>) {
    this.taken.push(wish);
    return this.refusal ?? { session: 's1', source: 'device' as const };
  }

  servedAt(served: Served) {
    this.served = served;
  }

  expects(session: string) {
    return session === this.session;
  }

  async uploaded(session: string, name: string, bytes: Uint8Array) {
    this.received.push({ session, name, bytes: bytes.length });
    await this.wait;
    return this.refusal ?? SNAPSHOT;
  }

  page(query: SnapshotQuery) {
    this.queries.push(query);
    const { after } = query;
    const found = this.list.filter(({ id }) => after === null || id < after.id);
    return { items: found.slice(0, query.limit), hasMore: found.length > query.limit };
  }

  get(id: string) {
    return this.list.find((snapshot) => snapshot.id === id) ?? null;
  }

  file(id: string) {
    return this.files.get(id) ?? null;
  }

  async delete(id: string) {
    const at = this.list.findIndex((snapshot) => snapshot.id === id);
    if (at >= 0) this.list.splice(at, 1);
    return at >= 0;
  }
}

export const SNAPSHOT: SnapshotView = {
  id: 'p1',
  deviceId: 'D',
  channelId: 'C',
  time: '2026-01-05T14:03:21.512+08:00',
  bytes: 3,
  path: 'snapshots/D/C/20260105T140321.512.jpg',
  source: 'device',
  session: 's1',
};
