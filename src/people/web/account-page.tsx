import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { api } from '../../platform/web/api.ts';
import { useMe } from '../../platform/web/console/me.ts';
import { PageHead } from '../../platform/web/console/page-head.tsx';
import { RecoveryCodes, secondStepKey } from './recovery-codes.tsx';
import { SetUpSecondStep } from '../../platform/web/console/second-step-forms.tsx';
import { ProblemNotice } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';

/** One's own account: the second step of signing in, another password. */
export default function AccountPage() {
  const { data: me } = useMe();
  return (
    <>
      <PageHead title={t('people.account.title')} when={me?.name} />
      <div className="account">
        <SecondStepCard isSet={me?.hasSecondStep ?? false} />
        <PasswordCard />
      </div>
    </>
  );
}

function SecondStepCard({ isSet }: { isSet: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const { message } = App.useApp();
  const queries = useQueryClient();
  const onDone = (): void => {
    setOpen(false);
    void message.success(t('people.account.secondStepSaved'));
    void queries.invalidateQueries({ queryKey: ['me'] });
    void queries.invalidateQueries({ queryKey: secondStepKey });
  };
  return (
    <section className="card" aria-labelledby="second-step">
      <header>
        <h2 id="second-step">{t('platform.secondStep.title')}</h2>
      </header>
      <div className="pad">
        {isOpen ? (
          <SetUpSecondStep onDone={onDone} />
        ) : (
          <>
            <p>{t(isSet ? 'people.account.secondStepOn' : 'people.account.secondStepOff')}</p>
            <Button type={isSet ? 'default' : 'primary'} onClick={() => setOpen(true)}>
              {t(isSet ? 'people.account.secondStepRenew' : 'people.account.secondStepSetUp')}
            </Button>
            {isSet && <RecoveryCodes />}
          </>
        )}
      </div>
    </section>
  );
}

function PasswordCard() {
  const { message } = App.useApp();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const save = useMutation({
    mutationFn: () => api.post('/api/me/password', { body: { current: current || null, next } }),
    onSuccess: () => {
      setCurrent('');
      setNext('');
      void message.success(t('people.account.passwordSaved'));
    },
  });
  return (
    <section className="card" aria-labelledby="password">
      <header>
        <h2 id="password">{t('people.account.password')}</h2>
      </header>
      <form
        className="pad account-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (next !== '' && !save.isPending) save.mutate();
        }}
      >
        <label htmlFor="current">{t('people.account.current')}</label>
        <Input
          type="password"
          id="current"
          value={current}
          autoComplete="current-password"
          maxLength={200}
          onChange={({ target }) => setCurrent(target.value)}
        />
        <label htmlFor="next">{t('people.account.next')}</label>
        <Input
          type="password"
          id="next"
          value={next}
          autoComplete="new-password"
          maxLength={200}
          onChange={({ target }) => setNext(target.value)}
        />
        <p className="muted small">{t('people.account.passwordHint')}</p>
        {save.isError && <ProblemNotice error={save.error} />}
        <Button type="primary" htmlType="submit" loading={save.isPending} disabled={next === ''}>
          {t('people.account.savePassword')}
        </Button>
      </form>
    </section>
  );
}
