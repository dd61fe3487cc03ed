import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Modal, Popconfirm } from 'antd';
import { api } from '../../platform/web/api.ts';
import { ProblemNotice } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';

export const secondStepKey = ['second-step'] as const;

/** How many codes are left for a day without the telephone, and new ones, shown once. */
export function RecoveryCodes() {
  const { message } = App.useApp();
  const queries = useQueryClient();
  const state = useQuery({ queryKey: secondStepKey, queryFn: () => api.get('/api/me/second-step', {}) });
  const make = useMutation({
    mutationFn: () => api.post('/api/me/second-step/recovery-codes', { body: null }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: secondStepKey }),
  });
  if (state.isError) return <ProblemNotice error={state.error} onRetry={() => void state.refetch()} />;
  if (!state.data) return null;
  const left = state.data.recoveryCodesLeft;
  const codes = make.data?.codes ?? [];
  const copy = (): void => {
    void navigator.clipboard
      .writeText(codes.join('\n'))
      .then(() => message.success(t('people.account.codesCopied')));
  };
  return (
    <section className="recovery-codes" aria-labelledby="recovery-codes">
      <h3 id="recovery-codes">{t('people.account.codes')}</h3>
      <p>{left === 0 ? t('people.account.codesNone') : t('people.account.codesLeft', { count: left })}</p>
      {make.isError && <ProblemNotice error={make.error} />}
      {left === 0 ? (
        <Button loading={make.isPending} onClick={() => make.mutate()}>
          {t('people.account.codesMake')}
        </Button>
      ) : (
        <Popconfirm
          title={t('people.account.codesAgainWhy')}
          okText={t('people.account.codesAgain')}
          cancelText={t('people.account.codesCancel')}
          onConfirm={() => make.mutate()}
        >
          <Button loading={make.isPending}>{t('people.account.codesAgain')}</Button>
        </Popconfirm>
      )}
      <Modal
        open={codes.length > 0}
        centered
        width={420}
        maskClosable={false}
        closable={false}
        title={t('people.account.codes')}
        footer={
          <>
            <Button onClick={copy}>{t('people.account.codesCopy')}</Button>
            <Button onClick={() => window.print()}>{t('people.account.codesPrint')}</Button>
            <Button type="primary" onClick={() => make.reset()}>
              {t('people.account.codesKept')}
            </Button>
          </>
        }
      >
        <p>{t('people.account.codesOnce')}</p>
        <ol className="recovery-code-list num">
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ol>
      </Modal>
    </section>
  );
}
