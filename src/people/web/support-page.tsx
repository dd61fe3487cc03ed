import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Pagination, Popconfirm, Tag } from 'antd';
import { useState } from 'react';
import { dayOf, dayTitle, timeOfDay } from '../../platform/i18n/format.ts';
import { api } from '../../platform/web/api.ts';
import { ApiProblem } from '../../platform/web/api-problem.ts';
import { useActing } from '../../platform/web/console/me.ts';
import { Lead, PageHead } from '../../platform/web/console/page-head.tsx';
import { Empty, ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { locale, t } from '../../platform/web/t.ts';
import './support.css';

type Grant = Awaited<ReturnType<typeof askGrants>>['grants'][number];

const PAGE = 50;
/** What the operator looks at stands here within seconds. */
const AGAIN_MS = 4_000;
const ZONE = 'Asia/Shanghai';

function askGrants(orgId: string) {
  return api.get('/api/orgs/{orgId}/support-grants', { path: { orgId } });
}

/** Which operator may look into the school, until when, and at what they looked. */
export default function SupportPage() {
  const { orgId } = useActing();
  const found = useQuery({
    queryKey: ['support', orgId],
    queryFn: () => askGrants(orgId),
    refetchInterval: AGAIN_MS,
  });
  return (
    <>
      <PageHead title={t('people.support.title')} />
      <Lead>{t('people.support.lead')}</Lead>
      <section className="card pad support-part">
        <h2>{t('people.support.grants')}</h2>
        {found.isError && <ProblemNotice error={found.error} onRetry={found.refetch} />}
        {found.isPending && <SkeletonRows rows={2} />}
        {found.data?.grants.length === 0 && (
          <Empty title={t('people.support.none')}>
            <p className="muted">{t('people.support.noneWhy')}</p>
          </Empty>
        )}
        <ul className="support-list">
          {found.data?.grants.map((grant) => (
            <GrantRow key={grant.id} grant={grant} />
          ))}
        </ul>
      </section>
      <Uses orgId={orgId} />
    </>
  );
}

function GrantRow({ grant }: { grant: Grant }) {
  const { can } = useActing();
  const { id, state, minutes, reason } = grant;
  return (
    <li>
      <div className="support-what">
        <strong>{reason}</strong>{' '}
        <Tag color={state === 'open' ? 'orange' : undefined}>{t(`people.support.state.${state}`)}</Tag>
        <p className="muted num">{t('people.support.asked', { time: moment(grant.askedAt), minutes })}</p>
        {grant.decidedAt && (
          <p className="muted num">
            {t(state === 'declined' ? 'people.support.declinedBy' : 'people.support.givenBy', {
              name: grant.decidedByName ?? '',
              time: moment(grant.decidedAt),
            })}
          </p>
        )}
        {grant.endsAt && (
          <p className="muted num">
            {t(state === 'open' ? 'people.support.until' : 'people.support.ended', {
              time: moment(grant.endsAt),
              uses: grant.uses,
            })}
          </p>
        )}
      </div>
      <div className="support-acts">
        {state === 'asked' && can('people.decideSupport') && (
          <>
            <Act id={id} act="give" sure={t('people.support.giveSure', { minutes })} />
            <Act id={id} act="decline" />
          </>
        )}
        {state === 'open' && can('people.endSupport') && <Act id={id} act="end" />}
      </div>
    </li>
  );
}

/** One answer of the school; giving leave is asked back, the others take nothing but leave away. */
function Act({ id, act, sure }: { id: string; act: 'give' | 'decline' | 'end'; sure?: string }) {
  const { message } = App.useApp();
  const queries = useQueryClient();
  const done = useMutation({
    mutationFn: () =>
      act === 'end'
        ? api.post('/api/support-grants/{grantId}/end', { path: { grantId: id }, body: null })
        : api.put('/api/support-grants/{grantId}/decision', {
            path: { grantId: id },
            body: { give: act === 'give' },
          }),
    onSuccess: () => void message.success(t(`people.support.done.${act}`)),
    onError: (error) =>
      void message.error(error instanceof ApiProblem ? error.message : t('platform.problem.network')),
    onSettled: () => queries.invalidateQueries({ queryKey: ['support'] }),
  });
  const button = (
    <Button
      type={act === 'give' ? 'primary' : 'default'}
      danger={act === 'end'}
      loading={done.isPending}
      onClick={sure ? undefined : () => done.mutate()}
    >
      {t(`people.support.act.${act}`)}
    </Button>
  );
  if (!sure) return button;
  return (
    <Popconfirm
      title={sure}
      okText={t(`people.support.act.${act}`)}
      cancelText={t('people.support.cancel')}
      onConfirm={() => done.mutate()}
    >
      {button}
    </Popconfirm>
  );
}

function Uses({ orgId }: { orgId: string }) {
  const [page, setPage] = useState(1);
  const found = useQuery({
    queryKey: ['support', orgId, 'uses', page],
    queryFn: () => api.get('/api/orgs/{orgId}/support-uses', { path: { orgId }, query: { page } }),
    placeholderData: (before) => before,
    refetchInterval: AGAIN_MS,
  });
  return (
    <section className="card pad support-part">
      <h2>{t('people.support.uses')}</h2>
      <p className="muted">{t('people.support.usesWhy')}</p>
      {found.isError && <ProblemNotice error={found.error} onRetry={found.refetch} />}
      {found.isPending && <SkeletonRows rows={3} />}
      {found.data?.total === 0 && <p>{t('people.support.usesNone')}</p>}
      <ul className="support-list">
        {found.data?.uses.map(({ at, reason, operation, address }, n) => (
          <li key={`${at} ${n}`}>
            <span className="num">{moment(at)}</span>
            <span className="support-what">
              <code>{operation}</code> <span className="muted">{address}</span>
              <br />
              <span className="muted">{reason}</span>
            </span>
          </li>
        ))}
      </ul>
      {(found.data?.total ?? 0) > PAGE && (
        <Pagination
          current={page}
          pageSize={PAGE}
          total={found.data?.total ?? 0}
          showSizeChanger={false}
          onChange={setPage}
        />
      )}
    </section>
  );
}

/** Day and time by the real clock, seconds left out. */
function moment(instant: string): string {
  return `${dayTitle(dayOf(instant, ZONE), locale(), 0)} ${timeOfDay(instant, ZONE)}`;
}
