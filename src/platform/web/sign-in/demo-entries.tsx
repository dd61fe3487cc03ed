/** @jsxImportSource preact */
import { useEffect, useState } from 'preact/hooks';
import type { WordKey } from '../../i18n/catalogues.ts';
import { ApiProblem } from '../api-problem.ts';
import { api } from '../api.ts';
import { t } from '../t.ts';
import { FormProblem } from './parts.tsx';
import { useSubmit } from './submit.ts';
import type { Audience } from './where-to.ts';

export type DemoEntry = Awaited<ReturnType<typeof askEntries>>['entries'][number];

function askEntries() {
  return api.get('/api/demo');
}

/** Accounts of a demo that one may enter with a tap; none where the server refuses the list. */
export function useDemoEntries(): readonly DemoEntry[] {
  const [entries, setEntries] = useState<readonly DemoEntry[]>([]);
  useEffect(() => {
    askEntries().then(
      (answer) => setEntries(answer.entries),
      (error: unknown) => {
        if (!(error instanceof ApiProblem)) throw error;
      },
    );
  }, []);
  return entries;
}

export interface DemoEntriesProps {
  readonly entries: readonly DemoEntry[];
  readonly onDone: (audience: Audience) => void;
}

/** In a demo: one tap on a role, and one is in. */
export function DemoEntries({ entries, onDone }: DemoEntriesProps) {
  const { problem, isBusy, run } = useSubmit();
  const enter = (loginName: string): void =>
    run(async () => onDone((await api.post('/api/demo/enter', { body: { loginName } })).audience));
  return (
    <section class="demo" aria-labelledby="demo">
      <h2 id="demo">{t('platform.signIn.demo')}</h2>
      <p class="small muted">{t('platform.signIn.demoWhat')}</p>
      <FormProblem problem={problem} />
      <ul>
        {entries.map(({ loginName, name, orgName, kind }) => (
          <li key={loginName}>
            <button type="button" disabled={isBusy} onClick={() => enter(loginName)}>
              <b>{t(`demo.entry.${kind}` as WordKey)}</b>
              <span>
                {name} · {orgName}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
