import { useEffect, type ReactNode } from 'react';
import { Link } from 'react-router';
import { t } from '../t.ts';

export interface PageHeadProps {
  /** The page this one belongs to, on pages that stand in no menu. */
  readonly back?: { readonly to: string; readonly label: string };
  readonly title: string;
  /** Date, week, period: what the page stands at. */
  readonly when?: string;
  /** Acts and the age of the figures, at the right. */
  readonly children?: ReactNode;
}

/** Title and time of a page; first thing on each. The browser's tab carries the title too. */
export function PageHead({ back, title, when, children }: PageHeadProps) {
  useEffect(() => {
    document.title = `${title} · ${t('platform.brand')}`;
  }, [title]);
  return (
    <header className="page-head">
      {back && (
        <Link className="back" to={back.to}>
          <span aria-hidden="true">← </span>
          {back.label}
        </Link>
      )}
      <h1>{title}</h1>
      {when && <p className="muted num">{when}</p>}
      {children && <div className="page-acts">{children}</div>}
    </header>
  );
}

/** The one sentence that says what is wrong; numbers in it open to names. */
export function Lead({ children }: { children: ReactNode }) {
  return <p className="lead">{children}</p>;
}
