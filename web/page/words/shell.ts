import type { Language } from '../language.ts';
import type { View } from '../route.ts';

/** The frame around every view, and the sign-in. Pure: no DOM. */
export interface ShellWords {
  readonly views: Readonly<Record<View, string>>;
  readonly navigation: string;
  /** The other language's own name for itself: the switch shows where it leads. */
  readonly otherLanguage: string;
  readonly theme: string;
  readonly themes: Readonly<Record<'system' | 'light' | 'dark', string>>;
  readonly linkLost: string;
  readonly loading: string;
  readonly unreachable: string;
  readonly signIn: string;
  readonly token: string;
  readonly tokenHint: string;
  readonly tokenWrong: string;
  readonly tokenExpired: string;
  readonly signOut: string;
  readonly dismiss: string;
  readonly skip: string;
  readonly keys: string;
  readonly close: string;
  readonly page: string;
  readonly showKeys: string;
  readonly goTo: (view: string) => string;
}

export const shellWords: Readonly<Record<Language, ShellWords>> = {
  en: {
    views: {
      live: 'Live',
      footage: 'Playback',
      alarms: 'Alarms',
      devices: 'Devices',
      add: 'Add a camera',
      streams: 'Streams',
      recordings: 'Recordings',
      downloads: 'Downloads',
      positions: 'Positions',
      system: 'System',
    },
    navigation: 'Views',
    otherLanguage: '中文',
    theme: 'Theme',
    themes: { system: 'Automatic', light: 'Light', dark: 'Dark' },
    linkLost: 'The gateway cannot be reached. Trying again …',
    loading: 'Loading …',
    unreachable: 'The gateway cannot be reached.',
    signIn: 'Sign in',
    token: 'Token',
    tokenHint: 'The gateway prints the address with its token when it starts, and keeps the token in its data folder.',
    tokenWrong: 'The gateway does not accept this token.',
    tokenExpired: 'The token is not accepted any more. It was changed or has run out: sign in with the new one.',
    signOut: 'Sign out',
    dismiss: 'Dismiss',
    skip: 'Skip to the content',
    keys: 'Keyboard',
    close: 'Close',
    page: 'Everywhere',
    showKeys: 'Show this sheet',
    goTo: (view) => `Go to ${view}`,
  },
  zh: {
    views: {
      live: '实时',
      footage: '回放',
      alarms: '报警',
      devices: '设备',
      add: '添加摄像机',
      streams: '码流',
      recordings: '录像',
      downloads: '下载',
      positions: '位置',
      system: '系统',
    },
    navigation: '视图',
    otherLanguage: 'English',
    theme: '主题',
    themes: { system: '自动', light: '浅色', dark: '深色' },
    linkLost: '无法连接网关，正在重试…',
    loading: '正在加载…',
    unreachable: '无法连接网关。',
    signIn: '登录',
    token: '令牌',
    tokenHint: '网关启动时会打印带令牌的地址，令牌保存在数据目录中。',
    tokenWrong: '网关不接受该令牌。',
    tokenExpired: '令牌已失效：可能已更换或过期，请使用新令牌登录。',
    signOut: '退出登录',
    dismiss: '关闭',
    skip: '跳到主要内容',
    keys: '键盘快捷键',
    close: '关闭',
    page: '全局',
    showKeys: '显示本表',
    goTo: (view) => `转到${view}`,
  },
};
