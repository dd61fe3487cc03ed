/** @jsxImportSource preact */
import { timeOfDay } from '../../platform/i18n/format.ts';
import { api } from '../../platform/web/api.ts';
import { useAsked } from '../../platform/web/learner/ask.ts';
import { PageTop } from '../../platform/web/learner/page-top.tsx';
import { Empty, ProblemNotice, SlateSkeleton } from '../../platform/web/learner/states.tsx';
import { t } from '../../platform/web/t.ts';
import './learner.css';

export type Children = Awaited<ReturnType<typeof askChildren>>;
type Child = Children['children'][number];

function askChildren(signal: AbortSignal) {
  return api.get('/api/my-children', { signal });
}

/** A guardian's children, each by themselves: beads of the day, the one thing to do. Never compared. */
export default function ChildrenPage() {
  const asked = useAsked('my children', askChildren, { everyMs: 60_000 });
  return (
    <>
      <PageTop
        title={
          asked.data
            ? t('reach.children.title', { count: asked.data.children.length })
            : t('reach.page.children')
        }
        pupil={null}
      />
      <main>
        {asked.problem && <ProblemNotice problem={asked.problem} onRetry={asked.again} />}
        {asked.isLoading && <SlateSkeleton />}
        {asked.data && <ChildrenView data={asked.data} />}
      </main>
    </>
  );
}

export function ChildrenView({ data }: { data: Children }) {
  if (data.children.length === 0) return <Empty title={t('reach.children.none')} />;
  return (
    <>
      {data.children.map((child) => (
        <section key={child.pupilId} class="card child" aria-labelledby={`child-${child.pupilId}`}>
          <h2 id={`child-${child.pupilId}`}>{child.name}</h2>
          <p class="small muted">{[child.className, child.schoolName].filter(Boolean).join(' · ')}</p>
          <Beads child={child} />
          <p class={child.missed > 0 ? 'red' : 'green'}>{childLine(child)}</p>
          {child.followUp && <p class="notice">{followUpLine(child, data.timeZone)}</p>}
          <p class="acts">
            <a class="btn soft" href={`/my/days?pupil=${child.pupilId}`}>
              {t('reach.children.details')}
            </a>
            <a class="btn" href={`/my/cannot-attend?pupil=${child.pupilId}`}>
              {t('reach.children.cannot')}
            </a>
          </p>
        </section>
      ))}
    </>
  );
}

function childLine(child: Child): string {
  if (child.expected === 0) return t('reach.children.noLessons');
  return child.missed > 0 ? t('reach.children.missed', { count: child.missed }) : t('reach.children.good');
}

function followUpLine({ followUp }: Child, timeZone: string): string {
  if (!followUp) return '';
  const time = timeOfDay(followUp.dueAt, timeZone);
  return followUp.adultName === null
    ? t('reach.children.followUpSchool', { time })
    : t('reach.children.followUp', { adult: followUp.adultName, time });
}

function beadOf(state: Child['beads'][number]['state']): string {
  switch (state) {
    case 'present':
    case 'late':
    case 'madeUp':
    case 'reached':
      return 'reached';
    case 'missed':
    case 'leftEarly':
      return 'missed';
    case 'excused':
      return 'excused';
    default:
      return 'toCome';
  }
}

/** The number of a lesson to come, a stroke for one with a reason; ticks and marks come from the style. */
function beadText(kind: string, period: number | null): string {
  // A lesson outside the bell plan has no number.
  if (kind === 'toCome') return period === null ? '+' : String(period);
  return kind === 'excused' ? '–' : '';
}

function Beads({ child }: { child: Child }) {
  const words = t('reach.children.beads', {
    name: child.name,
    reached: child.reached,
    missed: child.missed,
    total: child.expected,
  });
  return (
    <span class="beads" role="img" aria-label={words}>
      {child.beads.map((bead) => (
        <i key={bead.lessonId} class={beadOf(bead.state)} aria-hidden="true">
          {beadText(beadOf(bead.state), bead.period)}
        </i>
      ))}
    </span>
  );
}
