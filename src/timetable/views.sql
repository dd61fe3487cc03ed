-- lesson_cards: a published lesson with its course and its lead teacher. Moved-away rows are left out.
CREATE OR REPLACE VIEW lesson_cards AS
SELECT l.school_day, l.id AS lesson_id, l.school_id, l.course_id, c.title AS course_title, l.topic, l.period, l.period_to,
  l.starts_at, l.ends_at, l.mode, l.mode_params, l.status, l.version, l.log_id, l.started_at, l.ended_at, l.week_no,
  lead.person_id AS lead_id, p.name AS lead_name, room.name AS classroom_name
FROM lessons l
JOIN courses c ON c.id = l.course_id
LEFT JOIN LATERAL (
  SELECT s.person_id FROM lesson_staff s
  WHERE s.school_day = l.school_day AND s.lesson_id = l.id AND s.duty = 'lead' ORDER BY s.person_id LIMIT 1
) lead ON true
LEFT JOIN persons p ON p.id = lead.person_id
LEFT JOIN classrooms room ON room.id = l.classroom_id
WHERE l.status <> 'moved';

-- lesson_classes: the classes a lesson is for.
CREATE OR REPLACE VIEW lesson_classes AS
SELECT a.school_day, a.lesson_id, a.class_id, c.name AS class_name, c.school_id, c.year_group, a.own_teacher_id, a.room_no
FROM lesson_audiences a JOIN classes c ON c.id = a.class_id;

-- lesson_teachers: who teaches, assists or observes a lesson; own teachers of audiences included.
CREATE OR REPLACE VIEW lesson_teachers AS
SELECT s.school_day, s.lesson_id, s.person_id, s.duty FROM lesson_staff s
UNION
SELECT a.school_day, a.lesson_id, a.own_teacher_id, 'own' FROM lesson_audiences a WHERE a.own_teacher_id IS NOT NULL;

-- lesson_people(day): pupils that the lessons of a day are for, once a lesson, by membership of that day.
-- A pupil in two classes of one lesson comes by the home class. Cancelled and moved lessons are for nobody.
CREATE OR REPLACE FUNCTION lesson_people(day date)
RETURNS TABLE (lesson_id uuid, person_id uuid, via_class_id uuid, school_id uuid, starts_at timestamptz, ends_at timestamptz, mode text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10000 AS $$
  SELECT DISTINCT ON (l.id, m.person_id) l.id, m.person_id, a.class_id, l.school_id, l.starts_at, l.ends_at, l.mode
  FROM lessons l
  JOIN lesson_audiences a ON a.school_day = l.school_day AND a.lesson_id = l.id
  JOIN class_members($1) m ON m.class_id = a.class_id AND m.role = 'pupil'
  WHERE l.school_day = $1 AND l.status NOT IN ('cancelled', 'moved')
  ORDER BY l.id, m.person_id, m.is_home DESC, a.class_id
$$;

-- lesson_words(day, lesson): a lesson in one short phrase for refusals: classes, then course ("六（1）班、六（2）班 数学").
CREATE OR REPLACE FUNCTION lesson_words(day date, lesson uuid) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT coalesce((
      SELECT string_agg(named.name, '、' ORDER BY named.name) FROM (
        SELECT c.name FROM lesson_audiences a JOIN classes c ON c.id = a.class_id
        WHERE a.school_day = lesson_words.day AND a.lesson_id = lesson_words.lesson ORDER BY c.name LIMIT 3) named), '')
    || ' ' || course.title
  FROM lessons l JOIN courses course ON course.id = l.course_id
  WHERE l.school_day = lesson_words.day AND l.id = lesson_words.lesson
$$;

-- school_teachers: who may stand before a class of a school today: everybody with an appointment at or below it.
CREATE OR REPLACE VIEW school_teachers AS
SELECT DISTINCT s.school_id, a.person_id
FROM current_appointments a JOIN org_scope s ON s.org_id = a.org_id
WHERE s.school_id IS NOT NULL AND a.role NOT IN ('classRep', 'schoolAuditor', 'opsStaff');
