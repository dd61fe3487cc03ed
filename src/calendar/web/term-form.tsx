import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { api } from '../../platform/web/api.ts';
import { ProblemNotice } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';
import { mondayOf } from '../rules/days.ts';
import type { Calendar } from './calendar-page.tsx';
import { newId } from '../../platform/web/new-id.ts';

type Term = Calendar['terms'][number];

/** Dates of a term; a term of the bureau above is shown, and a new one of the school takes its place. */
export function TermForm({ term, orgId }: { term: Term | null; orgId: string }) {
  const { message } = App.useApp();
  const queries = useQueryClient();
  const isOwn = term?.orgId === orgId;
  const [id] = useState(() => (isOwn && term ? term.id : newId()));
  const [title, setTitle] = useState(term?.title ?? '');
  const [firstDay, setFirst] = useState(term?.firstDay ?? '');
  const [lastDay, setLast] = useState(term?.lastDay ?? '');
  const save = useMutation({
    mutationFn: () =>
      api.put('/api/terms/{termId}', {
        path: { termId: id },
        body: { orgId, title: title.trim(), firstDay, lastDay, week1Monday: mondayOf(firstDay) },
      }),
    onSuccess: async () => {
      await queries.invalidateQueries();
      void message.success(t('calendar.saved'));
    },
  });
  return (
    <section className="card" aria-labelledby="term">
      <header>
        <h2 id="term">{isOwn ? t('calendar.term') : t('calendar.newTerm')}</h2>
      </header>
      <div className="pad term-form">
        {term && !isOwn && <p className="muted small">{t('calendar.termOfAbove')}</p>}
        <label>
          <span className="muted small">{t('calendar.termTitle')}</span>
          <Input value={title} maxLength={60} onChange={({ target }) => setTitle(target.value)} />
        </label>
        <label>
          <span className="muted small">{t('calendar.firstDay')}</span>
          <Input type="date" value={firstDay} onChange={({ target }) => setFirst(target.value)} />
        </label>
        <label>
          <span className="muted small">{t('calendar.lastDay')}</span>
          <Input type="date" value={lastDay} onChange={({ target }) => setLast(target.value)} />
        </label>
        {save.isError && <ProblemNotice error={save.error} />}
        <Button
          type="primary"
          loading={save.isPending}
          disabled={title.trim() === '' || firstDay === '' || lastDay === ''}
          onClick={() => save.mutate()}
        >
          {t('calendar.save')}
        </Button>
        <p className="muted small">{t('calendar.beforeTerm')}</p>
      </div>
    </section>
  );
}
