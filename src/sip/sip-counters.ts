import type { Rooms } from './rooms.ts';
import type { SipSockets } from './socket.ts';

/** What the corridor counts itself. */
interface CorridorCounts {
  readonly nowMs: number;
  readonly received: number;
  readonly malformed: number;
  readonly unknownMethods: number;
  readonly desksFailed: number;
  readonly sockets: ReturnType<SipSockets['counts']> | null;
}

/** One flat table: what ends in `_total` only grows, the rest is a size now. Every bounded queue is in it. */
export function sipCounters(s: Rooms, corridor: CorridorCounts): Record<string, number> {
  const sizes = s.registrar.sizes(corridor.nowMs);
  const r = s.registrar.counters;
  const m = s.messages.counters;
  const endpoint = s.endpoint.counts();
  return {
    sip_messages_received_total: corridor.received,
    sip_malformed_total: corridor.malformed,
    sip_requests_elsewhere_total: m.elsewhere,
    sip_requests_unknown_method_total: corridor.unknownMethods,
    sip_desk_failures_total: corridor.desksFailed,
    sip_registers_accepted_total: r.accepted,
    sip_registers_challenged_total: r.challenged,
    sip_registers_stale_total: r.stale,
    sip_registers_refused_total: r.refused,
    sip_registers_locked_out_total: r.lockedOut,
    sip_registers_dropped_total: r.dropped,
    sip_registers_redirected_total: s.redirects?.redirected ?? 0,
    sip_devices_redirected: s.redirects?.bound ?? 0,
    sip_redirects_waiting: s.redirects?.waiting ?? 0,
    sip_rejections_untold_total: s.registrations.untold,
    sip_notes_good_total: s.notes?.counters.good ?? 0,
    sip_notes_missing_total: s.notes?.counters.missing ?? 0,
    sip_notes_bad_total: s.notes?.counters.bad ?? 0,
    sip_notes_refused_total: s.notes?.counters.refused ?? 0,
    sip_nonces_used: sizes.nonces,
    sip_rate_buckets: sizes.buckets,
    sip_lockout_rows: sizes.lockoutRows,
    sip_locked_out: sizes.locked,
    sip_challenges_watched: sizes.challenged,
    sip_findings: s.findings.size,
    sip_roll_call_left: s.rollCall.left,
    sip_conflicts_waiting: s.registrations.waiting,
    sip_keepalives_total: m.keepalives,
    sip_keepalive_faults_total: m.keepaliveFaults,
    sip_answers_total: m.answers,
    sip_answers_unasked_total: m.unasked,
    sip_notifies_total: m.notifies,
    sip_commands_ignored_total: m.ignored,
    sip_bodies_malformed_total: m.malformed,
    sip_questions_open: s.asking.size,
    sip_subscriptions: s.subscriptions.active,
    sip_subscribes_total: s.subscriptions.counters.subscribes,
    sip_subscription_refreshes_total: s.subscriptions.counters.refreshes,
    sip_unsubscribes_total: s.subscriptions.counters.unsubscribes,
    sip_subscribes_refused_total: s.subscriptions.counters.refused,
    sip_subscribes_unanswered_total: s.subscriptions.counters.unanswered,
    sip_notifies_outside_total: s.subscriptions.counters.notifiesOutside,
    sip_catalogs_running: s.catalogs.size,
    sip_record_searches: s.inquiries.records.size,
    sip_media_statuses_total: m.mediaStatuses,
    sip_outbox_tasks: s.outbox.size,
    sip_requests_waiting: s.exchange.waiting,
    sip_calls: s.calls.size,
    sip_incoming_calls: s.incoming.size,
    sip_incoming_expected: s.incoming.expected,
    sip_incoming_taken_total: s.incoming.counters.taken,
    sip_incoming_refused_total: s.incoming.counters.refused,
    sip_invites_total: s.calls.counters.invites,
    sip_invites_answered_total: s.calls.counters.answered,
    sip_invites_failed_total: s.calls.counters.failed,
    sip_stray_answers_total: s.calls.counters.strayAnswers,
    sip_byes_received_total: s.calls.counters.byesReceived,
    sip_byes_mismatched_total: s.calls.counters.byesStrange,
    sip_byes_refused_total: s.calls.counters.byesRefused,
    sip_byes_sent_total: s.farewells.counters.byes,
    sip_byes_unanswered_total: s.farewells.counters.byesUnanswered,
    sip_dialogues_owed: s.farewells.owed,
    sip_client_transactions: endpoint.clientTransactions,
    sip_server_transactions: endpoint.serverTransactions,
    sip_retransmissions_absorbed_total: endpoint.retransmissionsAbsorbed,
    sip_transaction_overflows_total: endpoint.transactionOverflows,
    sip_unmatched_responses_total: endpoint.unmatchedResponses,
    sip_tcp_connections: corridor.sockets?.connections ?? 0,
    sip_tcp_connections_refused_total: corridor.sockets?.connectionsRefused ?? 0,
    sip_tcp_connections_closed_total: corridor.sockets?.connectionsClosed ?? 0,
    sip_datagrams_total: corridor.sockets?.datagrams ?? 0,
    sip_send_errors_total: corridor.sockets?.sendErrors ?? 0,
    sip_local_addresses: corridor.sockets?.localAddresses ?? 0,
  };
}
