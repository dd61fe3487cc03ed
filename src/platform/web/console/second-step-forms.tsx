import { useMutation } from '@tanstack/react-query';
import { Button, Input, QRCode } from 'antd';
import { useEffect, useId, useState, type ReactNode } from 'react';
import { api } from '../api.ts';
import { t } from '../t.ts';
import { ProblemNotice, SkeletonRows } from './states.tsx';

/** Six digits from the telephone, or a recovery code where it is not at hand. */
export function AnswerSecondStep({ onDone }: { onDone: () => void }) {
  return (
    <CodeForm
      onDone={onDone}
      send={(code) => api.post('/api/me/second-step/answers', { body: { code } })}
      act={t('platform.secondStep.answer')}
      takesRecoveryCode
    >
      <p>{t('platform.secondStep.why')}</p>
    </CodeForm>
  );
}

/** A new secret as QR, and the first code to prove that the telephone has it. */
export function SetUpSecondStep({ onDone }: { onDone: () => void }) {
  const begin = useMutation({ mutationFn: () => api.post('/api/me/second-step', { body: null }) });
  const { mutate } = begin;
  useEffect(() => mutate(), [mutate]);
  if (begin.isError) return <ProblemNotice error={begin.error} onRetry={() => begin.mutate()} />;
  if (!begin.data) return <SkeletonRows rows={4} />;
  const { secret, uri } = begin.data;
  return (
    <CodeForm
      onDone={onDone}
      send={(code) => api.put('/api/me/second-step', { body: { code } })}
      act={t('platform.secondStep.use')}
    >
      <p>{t('platform.secondStep.setUpWhy')}</p>
      <div className="second-step-code">
        <QRCode value={uri} type="svg" size={168} bordered={false} />
        <p>
          {t('platform.secondStep.scan')}
          <br />
          <span className="muted small">{t('platform.secondStep.byHand')}</span>
          <br />
          <code className="num">{secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code>
        </p>
      </div>
    </CodeForm>
  );
}

function CodeForm({
  send,
  onDone,
  act,
  takesRecoveryCode = false,
  children,
}: {
  send: (code: string) => Promise<unknown>;
  onDone: () => void;
  act: string;
  takesRecoveryCode?: boolean;
  children: ReactNode;
}) {
  const id = useId();
  const [code, setCode] = useState('');
  const answer = useMutation({ mutationFn: () => send(code), onSuccess: onDone });
  const isWhole = /^\d{6}$/.test(code) || (takesRecoveryCode && /^[0-9a-z]{4}-?[0-9a-z]{4}$/i.test(code));
  const cleaned = (typed: string): string =>
    takesRecoveryCode
      ? typed.replaceAll(/[^0-9a-z-]/gi, '').slice(0, 9)
      : typed.replaceAll(/\D/g, '').slice(0, 6);
  return (
    <form
      className="second-step"
      onSubmit={(event) => {
        event.preventDefault();
        if (isWhole && !answer.isPending) answer.mutate();
      }}
    >
      {children}
      <label htmlFor={id}>
        {t(takesRecoveryCode ? 'platform.secondStep.codeOrRecovery' : 'platform.secondStep.code')}
      </label>
      <Input
        id={id}
        value={code}
        inputMode={takesRecoveryCode ? 'text' : 'numeric'}
        autoCapitalize="none"
        autoComplete="one-time-code"
        autoFocus
        maxLength={takesRecoveryCode ? 12 : 7}
        onChange={({ target }) => setCode(cleaned(target.value))}
      />
      {answer.isError && <ProblemNotice error={answer.error} />}
      <Button type="primary" htmlType="submit" block loading={answer.isPending} disabled={!isWhole}>
        {act}
      </Button>
    </form>
  );
}
