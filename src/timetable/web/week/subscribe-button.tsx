import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input, Modal, Space } from 'antd';
import { useState } from 'react';
import { api } from '../../../platform/web/api.ts';
import { ProblemNotice, SkeletonRows } from '../../../platform/web/console/states.tsx';
import { t } from '../../../platform/web/t.ts';
import { calendarLink } from '../calendar-link.ts';

/** A week in the viewer's own calendar program: a class's, or with null one's own lessons. */
export function SubscribeButton({ classId }: { classId: string | null }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('timetable.feed.title')}</Button>
      <Modal open={isOpen} onCancel={() => setOpen(false)} footer={null} title={t('timetable.feed.title')}>
        {isOpen && <Address classId={classId} />}
      </Modal>
    </>
  );
}

function Address({ classId }: { classId: string | null }) {
  const queries = useQueryClient();
  const feeds = useQuery({ queryKey: ['calendar-feeds'], queryFn: () => api.get('/api/calendar-feeds') });
  const refresh = () => queries.invalidateQueries({ queryKey: ['calendar-feeds'] });
  const make = useMutation({
    mutationFn: () => api.post('/api/calendar-feeds', { body: { pupilId: null, classId } }),
    onSettled: refresh,
  });
  const revoke = useMutation({
    mutationFn: (feedId: string) =>
      api.delete('/api/calendar-feeds/{feedId}', { path: { feedId }, body: null }),
    onSettled: refresh,
  });
  if (feeds.isPending) return <SkeletonRows rows={3} />;
  const error = feeds.error ?? make.error ?? revoke.error;
  const feed = feeds.data?.feeds.find((one) => one.classId === classId && one.pupilId === null);
  return (
    <Space orientation="vertical" className="subscribe">
      <p>{t('timetable.feed.lead')}</p>
      {error && <ProblemNotice error={error} onRetry={refresh} />}
      {feed ? (
        <>
          <Input
            readOnly
            value={feed.address}
            aria-label={t('timetable.feed.address')}
            onFocus={(event) => event.currentTarget.select()}
          />
          <p className="muted">{t('timetable.feed.how')}</p>
          <p className="muted">{t('timetable.feed.secret')}</p>
          <Space>
            <Button type="primary" href={calendarLink(feed.address)}>
              {t('timetable.feed.open')}
            </Button>
            <Button loading={revoke.isPending} onClick={() => revoke.mutate(feed.id)}>
              {t('timetable.feed.revoke')}
            </Button>
          </Space>
        </>
      ) : (
        <Button type="primary" loading={make.isPending} onClick={() => make.mutate()}>
          {t('timetable.feed.make')}
        </Button>
      )}
      <p role="status">{revoke.isSuccess && !feed ? t('timetable.feed.revoked') : ''}</p>
    </Space>
  );
}
