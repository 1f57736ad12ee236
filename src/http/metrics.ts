import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

const PREFIX = 'gbgate_';

/** Numbers for Prometheus: those of the gateway as they are at the scrape, our own, and the process's. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'method' | 'status'>;
  readonly #refusedViewers: Counter;
  readonly #droppedViewerMessages: Counter;
  readonly #slowViewers: Counter;
  readonly #malformedRequests: Counter;

  /** `numbers`: flat snapshot; names that end in `_total` only grow. */
  constructor(numbers: () => Record<string, number>) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Counter({
      name: `${PREFIX}http_requests_total`,
      help: 'Answered HTTP requests',
      labelNames: ['method', 'status'],
      registers,
    });
    this.#refusedViewers = new Counter({
      name: `${PREFIX}viewer_sockets_refused_total`,
      help: 'Viewer sockets closed before they saw anything: no credential, foreign page, unknown address, over a limit',
      registers,
    });
    this.#droppedViewerMessages = new Counter({
      name: `${PREFIX}viewer_messages_dropped_total`,
      help: 'Messages from viewers that were too many or no JSON we know',
      registers,
    });
    this.#slowViewers = new Counter({
      name: `${PREFIX}viewers_too_slow_total`,
      help: 'Viewers closed because they did not take what was sent to them',
      registers,
    });
    this.#malformedRequests = new Counter({
      name: `${PREFIX}http_malformed_total`,
      help: 'HTTP connections cut because what came was no request, too large, or too slow',
      registers,
    });
    this.#numbers = numbers;
  }

  readonly #numbers: () => Record<string, number>;
  readonly #mirrors = new Map<string, Gauge | Counter>();

  /** A number that is asked for at each scrape. */
  gauge(name: string, read: () => number): void {
    new Gauge({
      name: PREFIX + name,
      help: words(name),
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }

  /** The same for a number that only grows. */
  total(name: string, read: () => number): void {
    new Counter({
      name: PREFIX + name,
      help: words(name),
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  answered(method: string, status: number): void {
    this.#requests.inc({ method, status });
  }

  viewerRefused(): void {
    this.#refusedViewers.inc();
  }

  viewerMessageDropped(): void {
    this.#droppedViewerMessages.inc();
  }

  viewerTooSlow(): void {
    this.#slowViewers.inc();
  }

  requestMalformed(): void {
    this.#malformedRequests.inc();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Prometheus text, version 0.0.4. */
  text(): Promise<string> {
    for (const [name, value] of Object.entries(this.#numbers())) {
      if (Number.isFinite(value) && /^[a-zA-Z_]\w*$/.test(name)) this.#mirror(name, value);
    }
    return this.#registry.metrics();
  }

  #mirror(name: string, value: number): void {
    let metric = this.#mirrors.get(name);
    if (metric === undefined) {
      const shape = { name: PREFIX + name, help: words(name), registers: [this.#registry] };
      metric = name.endsWith('_total') ? new Counter(shape) : new Gauge(shape);
      this.#mirrors.set(name, metric);
    }
    if (metric instanceof Gauge) metric.set(value);
    else {
      metric.reset();
      metric.inc(Math.max(0, value));
    }
  }
}

/** `sip_messages_received_total` → `Sip messages received`. */
function words(name: string): string {
  const text = name.replace(/_total$/, '').replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
