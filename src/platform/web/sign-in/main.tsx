/** @jsxImportSource preact */
import '../trusted.ts';
import { render, type ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import '../icons.css';
import '../base.css';
import './sign-in.css';
import { t } from '../t.ts';
import { CardForm } from './card-form.tsx';
import { ChangePassword } from './change-password.tsx';
import { ClaimPage } from './claim.tsx';
import { DemoEntries, useDemoEntries } from './demo-entries.tsx';
import { Brand, LanguageSwitch } from './parts.tsx';
import { PasswordForm } from './password-form.tsx';
import { whereTo, type Audience } from './where-to.ts';

function enter(audience: Audience): void {
  // Not kept in the history: "back" must not lead to a form with somebody's code.
  location.replace(whereTo(location.search, audience));
}

function SignIn() {
  const [change, setChange] = useState<{ audience: Audience; current: string }>();
  const token = /^\/claim\/([\w-]+)$/.exec(location.pathname)?.[1];
  if (change) {
    return (
      <Narrow>
        <ChangePassword current={change.current} onDone={() => enter(change.audience)} />
      </Narrow>
    );
  }
  if (token) {
    return (
      <Narrow>
        <ClaimPage token={token} onDone={enter} />
      </Narrow>
    );
  }
  return <BothWays onPassword={setChange} />;
}

/** Card at the left, password at the right; on a phone below each other, in a demo the one-tap list first. */
function BothWays({ onPassword }: { onPassword: (change: { audience: Audience; current: string }) => void }) {
  const demo = useDemoEntries();
  return (
    <div class={demo.length > 0 ? 'two demo-first' : 'two'}>
      <section class="card-side">
        <Brand />
        <CardForm onDone={enter} />
      </section>
      <main class="password-side">
        <div class="lang-row">
          <LanguageSwitch />
        </div>
        <h1 class="vh">{t('platform.signIn.title')}</h1>
        {demo.length > 0 && <DemoEntries entries={demo} onDone={enter} />}
        <PasswordForm
          onDone={(audience, mustChange) =>
            mustChange ? onPassword({ audience, current: mustChange.current }) : enter(audience)
          }
        />
      </main>
    </div>
  );
}

function Narrow({ children }: { children: ComponentChildren }) {
  return (
    <main class="narrow">
      <header class="narrow-head">
        <Brand />
        <LanguageSwitch />
      </header>
      {children}
    </main>
  );
}

const root = document.querySelector('#app');
if (root) render(<SignIn />, root);
