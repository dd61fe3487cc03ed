import '../trusted.ts';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { App as AntApp, ConfigProvider, type ConfigProviderProps } from 'antd';
import enUS from 'antd/es/locale/en_US.js';
import zhCN from 'antd/es/locale/zh_CN.js';
import { useSyncExternalStore } from 'react';
import { createRoot } from 'react-dom/client';
import '../tokens.css';
import '../icons.css';
import './console.css';
import { isPassing } from '../api-problem.ts';
import type { Locale } from '../../i18n/words.ts';
import { locale } from '../t.ts';
import { ConsoleApp } from './app.tsx';
import { consoleTheme } from './theme.ts';

// antd ships these as ES modules but describes them as CommonJS, so the type is one `default` too deep.
const ANTD_WORDS = { 'zh-CN': zhCN, en: enUS } as unknown as Record<Locale, ConfigProviderProps['locale']>;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < 2 && isPassing(error),
      // Old figures stay, with their time, while new ones come.
      placeholderData: (before: unknown) => before,
    },
    mutations: { retry: false },
  },
});

const dark = matchMedia('(prefers-color-scheme: dark)');
function onDarkChange(listen: () => void): () => void {
  dark.addEventListener('change', listen);
  return () => dark.removeEventListener('change', listen);
}

function Root() {
  const isDark = useSyncExternalStore(onDarkChange, () => dark.matches);
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.nonce;
  return (
    <ConfigProvider
      theme={consoleTheme(isDark)}
      locale={ANTD_WORDS[locale()]}
      csp={{ nonce }}
      button={{ autoInsertSpace: false }}
      // antd's own icons carry English names; ours have none, their controls do.
      select={{ suffixIcon: <span className="arrow-down" aria-hidden="true" /> }}
    >
      <AntApp component={false}>
        <QueryClientProvider client={queries}>
          <ConsoleApp />
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
}

const root = document.querySelector('#app');
if (root) createRoot(root).render(<Root />);
