import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { api } from '../../platform/web/api.ts';
import { ProblemNotice } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';
import { EvidenceWords } from './evidence-words.tsx';
import { dayWords } from './words.ts';

type Contest = Awaited<ReturnType<typeof askOwn>>['contests'][number];
const askOwn = () => api.get('/api/my-follow-ups');

export interface ContestListProps {
  readonly contests: readonly Contest[];
  readonly timeZone: string;
  readonly today: string;
}

/** What families say about a state, with the evidence beside it; one tap agrees, declining needs a word. */
export function ContestList({ contests, timeZone, today }: ContestListProps) {
  return (
    <section className="card section" aria-labelledby="contests">
      <header>
        <h2 id="contests">{t('reach.followUps.contests')}</h2>
      </header>
      <ul className="case-list">
        {contests.map((contest) => (
          <ContestRow key={contest.contestId} contest={contest} timeZone={timeZone} today={today} />
        ))}
      </ul>
    </section>
  );
}

function ContestRow({ contest, timeZone, today }: { contest: Contest; timeZone: string; today: string }) {
  const [isDeclining, setDeclining] = useState(false);
  const [words, setWords] = useState('');
  const queries = useQueryClient();
  const answer = useMutation({
    mutationFn: (accept: boolean) =>
      api.post('/api/contests/{contestId}/answer', {
        path: { contestId: contest.contestId },
        body: { accept, answer: accept ? null : words },
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['follow-ups'] }),
  });
  return (
    <li>
      <span>
        <b>{contest.pupilName}</b> <span className="muted">{contest.className}</span>
        <br />
        <span className="muted">{contest.openedByName}</span>
      </span>
      <span className="wide">
        {t('reach.followUps.contestLine', {
          day: dayWords(contest.day, today),
          course: contest.courseTitle ?? '',
          reason: t(`reach.contest.${contest.reason}`),
        })}
        {contest.note && <q className="muted"> {contest.note}</q>}
        <br />
        <span className="muted">
          {t(`reach.state.${contest.lessonState}`)} ·{' '}
          <EvidenceWords evidence={contest.evidence} timeZone={timeZone} />
        </span>
      </span>
      <span>
        <Button loading={answer.isPending} onClick={() => answer.mutate(true)}>
          {t('reach.followUps.answered')}
        </Button>
      </span>
      <Button type="text" aria-expanded={isDeclining} onClick={() => setDeclining(!isDeclining)}>
        {t('reach.followUps.decline')}
      </Button>
      {isDeclining && (
        <form
          className="form-row wide"
          onSubmit={(event) => {
            event.preventDefault();
            answer.mutate(false);
          }}
        >
          <Input
            value={words}
            maxLength={500}
            aria-label={t('reach.followUps.declineWhy')}
            placeholder={t('reach.followUps.declineWhy')}
            onChange={(event) => setWords(event.target.value)}
          />
          <Button htmlType="submit" disabled={words.trim() === ''}>
            {t('reach.followUps.send')}
          </Button>
        </form>
      )}
      {answer.isError && (
        <div className="wide">
          <ProblemNotice error={answer.error} />
        </div>
      )}
    </li>
  );
}
