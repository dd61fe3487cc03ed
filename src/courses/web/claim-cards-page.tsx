import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Checkbox, QRCode } from 'antd';
import { useState } from 'react';
import { useParams } from 'react-router';
import { api } from '../../platform/web/api.ts';
import { PageHead } from '../../platform/web/console/page-head.tsx';
import { ProblemNotice } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';
import './claim-cards.css';

/** Prints a sheet of claim cards: cut apart, handed out, opened by camera, in 微信 too, or told by phone. */
export default function ClaimCardsPage() {
  const { classId = '' } = useParams();
  const [onlyUnclaimed, setOnlyUnclaimed] = useState(true);
  const members = useQuery({
    queryKey: ['members', classId],
    queryFn: () => api.get('/api/classes/{classId}/members', { path: { classId } }),
  });
  const make = useMutation({
    mutationFn: () =>
      api.post('/api/classes/{classId}/claim-cards', { path: { classId }, body: { onlyUnclaimed } }),
  });
  const cards = make.data?.cards;
  return (
    <>
      <div className="no-print">
        <PageHead
          back={{ to: `/classes/${classId}`, label: members.data?.name ?? t('courses.classes.title') }}
          title={t('courses.cards.title')}
          when={members.data?.name}
        />
        <p className="lead">{t('courses.cards.lead')}</p>
        <p className="toolbar">
          <Checkbox checked={onlyUnclaimed} onChange={(event) => setOnlyUnclaimed(event.target.checked)}>
            {t('courses.cards.onlyUnclaimed')}
          </Checkbox>
        </p>
        <div className="toolbar">
          <Button type={cards ? 'default' : 'primary'} loading={make.isPending} onClick={() => make.mutate()}>
            {cards ? t('courses.cards.again') : t('courses.cards.make')}
          </Button>
          {cards && cards.length > 0 && (
            <Button type="primary" onClick={() => print()}>
              {t('courses.cards.print', { count: cards.length })}
            </Button>
          )}
        </div>
        {make.isError && <ProblemNotice error={make.error} onRetry={() => make.mutate()} />}
        {cards?.length === 0 && <p>{t('courses.cards.none')}</p>}
      </div>
      {cards && (
        <ul className="claim-cards">
          {cards.map((card) => (
            <li key={card.loginName} className="claim-card">
              <QRCode value={card.claimUrl} type="svg" size={104} bordered={false} />
              <div>
                <p className="claim-name">{card.name}</p>
                <p className="muted num">{card.number}</p>
                <p>{t('courses.cards.scan')}</p>
                <p className="num">
                  {t('courses.cards.loginName')} <b>{card.loginName}</b>
                  <br />
                  {t('courses.cards.spoken')} <b>{`${card.spoken.slice(0, 4)} ${card.spoken.slice(4)}`}</b>
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
