import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Segmented } from 'antd';
import { useState } from 'react';
import { useParams } from 'react-router';
import { api } from '../../platform/web/api.ts';
import { ApiProblem } from '../../platform/web/api-problem.ts';
import { DataTable, type DataColumn } from '../../platform/web/console/data-table.tsx';
import { useActing } from '../../platform/web/console/me.ts';
import { Lead, PageHead } from '../../platform/web/console/page-head.tsx';
import { Empty, ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';
import { possibleAnswers, type ConsentAnswer } from '../rules/notice.ts';

type Pupil = Awaited<ReturnType<typeof askConsents>>['pupils'][number];
type Channel = 'paper' | 'phone';

function askConsents(classId: string) {
  return api.get('/api/classes/{classId}/consents', { path: { classId } });
}

/** Guardians' answers of a class: who has none comes first; paper and telephone are written down here. */
export default function ClassConsentsPage() {
  const { classId = '' } = useParams();
  const { can } = useActing();
  const consents = useQuery({ queryKey: ['consents', classId], queryFn: () => askConsents(classId) });
  const [channel, setChannel] = useState<Channel>('paper');
  const record = useRecording(classId, channel);
  if (consents.isError) return <ProblemNotice error={consents.error} onRetry={consents.refetch} />;
  if (consents.isPending) return <SkeletonRows rows={12} />;
  const { className, pupils, notAsked } = consents.data;
  const open = pupils.filter(({ purposes }) =>
    purposes.some(({ state }) => state === 'none' || state === 'outdated'),
  );
  return (
    <>
      <PageHead back={{ to: `/classes/${classId}`, label: className }} title={t('consents.class.title')} />
      {pupils.length > 0 && (
        <Lead>
          {open.length === 0 ? t('consents.class.done') : t('consents.class.open', { count: open.length })}
        </Lead>
      )}
      {notAsked > 0 && pupils.length > 0 && (
        <p className="muted">{t('consents.class.notAsked', { count: notAsked })}</p>
      )}
      {pupils.length === 0 && <Empty title={t('consents.class.none')} />}
      {pupils.length > 0 && (
        <>
          {can('consents.record') && (
            <div>
              <Segmented<Channel>
                aria-label={t('consents.class.channel')}
                value={channel}
                onChange={setChannel}
                options={(['paper', 'phone'] as const).map((value) => ({
                  value,
                  label: t(`consents.channel.${value}`),
                }))}
              />
            </div>
          )}
          <DataTable
            rows={pupils}
            columns={columns(can('consents.record') ? record : null)}
            rowKey={({ personId }) => personId}
            find={t('consents.class.find')}
            exportAs={`${className} ${t('consents.class.title')}`}
          />
        </>
      )}
    </>
  );
}

function useRecording(classId: string, channel: Channel) {
  const { message } = App.useApp();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ personId, answer }: { personId: string; answer: ConsentAnswer }) =>
      api.put('/api/people/{personId}/consents/{purpose}/record', {
        path: { personId, purpose: 'chat' },
        body: { answer, channel },
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['consents', classId] });
      void message.success(t('consents.saved'));
    },
    onError: (error) =>
      void message.error(error instanceof ApiProblem ? error.message : t('platform.problem.network')),
  });
}

const chatOf = (pupil: Pupil) => pupil.purposes.find(({ purpose }) => purpose === 'chat');

function columns(record: ReturnType<typeof useRecording> | null): DataColumn<Pupil>[] {
  return [
    { key: 'name', title: t('courses.column.name'), text: ({ name }) => name },
    { key: 'number', title: t('courses.column.number'), text: ({ number }) => number },
    {
      key: 'state',
      title: t('consents.class.column.state'),
      isFilter: true,
      text: (pupil) => t(`consents.state.${chatOf(pupil)?.state ?? 'none'}`),
      render: (pupil) => {
        const state = chatOf(pupil)?.state ?? 'none';
        return <span className={state === 'none' ? 'amber' : undefined}>{t(`consents.state.${state}`)}</span>;
      },
    },
    {
      key: 'how',
      title: t('consents.class.column.how'),
      text: (pupil) => {
        const channel = chatOf(pupil)?.channel;
        return channel ? t(`consents.channel.${channel}`) : '';
      },
    },
    ...(record === null
      ? []
      : [
          {
            key: 'record',
            title: t('consents.class.column.record'),
            text: () => '',
            render: (pupil: Pupil) => (
              <span className="row-actions">
                {possibleAnswers(chatOf(pupil)?.state ?? 'none').map((answer) => (
                  <Button
                    key={answer}
                    size="small"
                    disabled={record.isPending}
                    aria-label={t('consents.class.recordFor', {
                      name: pupil.name,
                      answer: t(`consents.state.${answer}`),
                    })}
                    onClick={() => record.mutate({ personId: pupil.personId, answer })}
                  >
                    {t(`consents.state.${answer}`)}
                  </Button>
                ))}
              </span>
            ),
          },
        ]),
  ];
}
