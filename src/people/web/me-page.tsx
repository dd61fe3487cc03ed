/** @jsxImportSource preact */
import { useState } from 'preact/hooks';
import type { WordKey } from '../../platform/i18n/catalogues.ts';
import { ApiProblem } from '../../platform/web/api-problem.ts';
import { chooseLanguage, otherLanguage } from '../../platform/web/language.ts';
import { useSelf, type Self } from '../../platform/web/learner/child-choice.tsx';
import { ProblemNotice, SlateSkeleton } from '../../platform/web/learner/states.tsx';
import { signOut } from '../../platform/web/sign-out.ts';
import { locale, t } from '../../platform/web/t.ts';

/** The person's own page: who is signed in here, language, the other hat, leaving. */
export default function MePage() {
  const { data, problem, isLoading, again } = useSelf();
  return (
    <>
      <header class="top">
        <h1>{data?.name ?? t('platform.tab.me')}</h1>
      </header>
      <main>
        {problem && <ProblemNotice problem={problem} onRetry={again} />}
        {isLoading && <SlateSkeleton />}
        {data && <Choices self={data} />}
      </main>
    </>
  );
}

function Choices({ self }: { self: Self }) {
  const other = otherLanguage(locale());
  return (
    <>
      <p class="muted">
        {self.children.length > 0
          ? t('people.me.guardianOf', {
              names: self.children.map(({ name }) => name).join(t('people.me.and')),
            })
          : t(`people.role.${self.acting.role}` as WordKey)}
      </p>
      <div class="sec" />
      <ul class="card list links">
        {self.children.length > 0 && (
          <li>
            <a href="/my/children">
              <i class="i i-people" aria-hidden="true" />
              <span>{t('people.me.toChildren')}</span>
              <i class="i i-right muted" aria-hidden="true" />
            </a>
          </li>
        )}
        {(self.isPupil || self.children.length > 0) && (
          <li>
            <a href="/my/consents">
              <i class="i i-check" aria-hidden="true" />
              <span>{t('consents.page.link')}</span>
              <i class="i i-right muted" aria-hidden="true" />
            </a>
          </li>
        )}
        {self.appointments.length > 0 && (
          <li>
            <a href="/console">
              <i class="i i-grid" aria-hidden="true" />
              <span>{t('people.me.toConsole')}</span>
              <i class="i i-right muted" aria-hidden="true" />
            </a>
          </li>
        )}
        <li>
          <button type="button" lang={other.locale} onClick={() => chooseLanguage(other.locale)}>
            <i class="i i-text" aria-hidden="true" />
            <span>{other.name}</span>
          </button>
        </li>
        <li>
          <SignOut />
        </li>
      </ul>
      <p class="small muted sign-out-note">
        {t(isSecureContext ? 'people.me.signOutForgets' : 'people.me.notSecure')}
      </p>
    </>
  );
}

function SignOut() {
  const [problem, setProblem] = useState<ApiProblem>();
  const leave = (): void => {
    signOut().catch((error: unknown) => {
      if (!(error instanceof ApiProblem)) throw error;
      setProblem(error);
    });
  };
  return (
    <>
      <button type="button" onClick={leave}>
        <i class="i i-leave" aria-hidden="true" />
        <span>{t('platform.console.signOut')}</span>
      </button>
      {problem && <ProblemNotice problem={problem} onRetry={leave} />}
    </>
  );
}
