import type { Language } from '../language.ts';
import type { Delivery } from '../system/webhooks-api.ts';

/** Webhooks: who is told of events, what was sent. Pure: no DOM. */
export interface WebhooksWords {
  readonly loading: string;
  readonly none: string;
  readonly noneHint: string;
  readonly endpoints: string;
  readonly well: string;
  readonly fresh: string;
  readonly failing: (times: number) => string;
  readonly events: string;
  readonly allEvents: string;
  readonly signed: string;
  readonly unsigned: string;
  readonly waiting: string;
  readonly delivered: string;
  readonly failed: string;
  readonly lastAnswer: string;
  readonly nextTry: string;
  readonly deliveries: string;
  readonly noDeliveries: string;
  readonly filter: string;
  readonly endpoint: string;
  readonly allEndpoints: string;
  readonly state: string;
  readonly allStates: string;
  readonly states: Readonly<Record<Delivery['state'], string>>;
  readonly columns: Readonly<Record<'event' | 'queued' | 'state' | 'attempts' | 'answer', string>>;
  readonly noAnswer: string;
  readonly removed: string;
  readonly attempts: (count: number) => string;
  readonly again: string;
  readonly lookOnly: string;
  readonly more: string;
  readonly sent: string;
}

export const webhooksWords: Readonly<Record<Language, WebhooksWords>> = {
  en: {
    loading: 'Loading …',
    none: 'No webhook is configured.',
    noneHint: 'Name the addresses that are to hear of events in the configuration, under webhooks.',
    endpoints: 'Who is told of events',
    well: 'takes events',
    fresh: 'nothing sent yet',
    failing: (times) => `failed ${times} × in a row`,
    events: 'Events',
    allEvents: 'all',
    signed: 'signed',
    unsigned: 'not signed',
    waiting: 'Waiting',
    delivered: 'Delivered',
    failed: 'Given up',
    lastAnswer: 'Last answer',
    nextTry: 'Next try',
    deliveries: 'Deliveries',
    noDeliveries: 'No delivery matches.',
    filter: 'Which deliveries',
    endpoint: 'Webhook',
    allEndpoints: 'All webhooks',
    state: 'State',
    allStates: 'All states',
    states: { pending: 'waiting', delivered: 'delivered', failed: 'given up' },
    columns: { event: 'Event', queued: 'Queued', state: 'State', attempts: 'Attempts', answer: 'Answer' },
    noAnswer: 'no answer',
    removed: 'no longer configured',
    attempts: (count) => `${count}`,
    again: 'Send again',
    lookOnly: 'this token may only look',
    more: 'Show more',
    sent: 'What is sent',
  },
  zh: {
    loading: '正在加载…',
    none: '未配置 Webhook。',
    noneHint: '请在配置的 webhooks 项中填写需要接收事件的地址。',
    endpoints: '事件接收方',
    well: '接收正常',
    fresh: '尚未投递',
    failing: (times) => `连续失败 ${times} 次`,
    events: '事件',
    allEvents: '全部',
    signed: '已签名',
    unsigned: '未签名',
    waiting: '等待中',
    delivered: '已投递',
    failed: '已放弃',
    lastAnswer: '最近应答',
    nextTry: '下次重试',
    deliveries: '投递记录',
    noDeliveries: '没有符合条件的投递。',
    filter: '筛选投递',
    endpoint: 'Webhook',
    allEndpoints: '全部 Webhook',
    state: '状态',
    allStates: '全部状态',
    states: { pending: '等待中', delivered: '已投递', failed: '已放弃' },
    columns: { event: '事件', queued: '入队时间', state: '状态', attempts: '次数', answer: '应答' },
    noAnswer: '无应答',
    removed: '已不在配置中',
    attempts: (count) => `${count} 次`,
    again: '重新发送',
    lookOnly: '此令牌仅可查看',
    more: '显示更多',
    sent: '发送内容',
  },
};
