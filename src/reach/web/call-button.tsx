import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useEffect } from 'react';
import { Link } from 'react-router';
import { api } from '../../platform/web/api.ts';
import { ProblemNotice } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';

const SHOWN_MS = 60_000;

export interface CallButtonProps {
  readonly pupilId: string;
  readonly guardian: { readonly personId: string; readonly name: string; readonly tail: string | null };
  readonly size?: 'small' | 'middle' | 'large';
  /** `link`: the call begins a follow-up, and the way to note its result stands beside the number. */
  readonly begun?: 'link' | 'known';
}

/**
 * One tap to one family: asks the server for the number (each time on record) and hands it to the telephone.
 * It is shown for a minute for those who dial by hand, and then forgotten.
 */
export function CallButton({ pupilId, guardian, size = 'middle', begun = 'known' }: CallButtonProps) {
  const asked = useMutation({
    mutationFn: () =>
      api.post('/api/pupils/{pupilId}/guardian-number', {
        path: { pupilId },
        body: { guardianId: guardian.personId },
      }),
    onSuccess: ({ number }) => {
      if (matchMedia('(pointer: coarse)').matches) location.href = `tel:${number}`;
    },
  });
  const { data, reset } = asked;
  useEffect(() => {
    if (!data) return undefined;
    const timer = setTimeout(reset, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [data, reset]);
  if (guardian.tail === null)
    return <span className="muted">{t('reach.followUp.noNumber', { name: guardian.name })}</span>;
  return (
    <>
      {data ? (
        <>
          <a className="num" href={`tel:${data.number}`}>
            {t('reach.followUp.number', { number: data.number })}
          </a>
          {begun === 'link' && data.followUpId !== null && (
            <Link to={`/follow-ups/${data.followUpId}`}>{t('reach.class.toFollowUp')}</Link>
          )}
        </>
      ) : (
        <Button type="primary" size={size} loading={asked.isPending} onClick={() => asked.mutate()}>
          {t('reach.followUp.call')}
          <span className="vh">{guardian.name}</span>
        </Button>
      )}
      {asked.isError && <ProblemNotice error={asked.error} />}
    </>
  );
}
