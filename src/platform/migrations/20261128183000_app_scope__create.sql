-- The second wall (docs/decisions/0010-row-level-security.md): requests act as the role nol_app, which is neither owner nor
-- superuser, and say on whose behalf. Policies read what they said. The owner passes them: jobs, command line, statements
-- that carry many people's writes.

-- app_person(): who reads; null for whoever is not signed in.
CREATE FUNCTION app_person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT nullif(current_setting('app.person', true), '')::uuid
$$;

-- app_scope(): what reader_scope (src/reach/views.sql) finds for who reads: schools, with all that stands below and above
-- them; null for whoever is not signed in. Policies ask it in a sub-select, so that a statement which touches a guarded
-- table asks once, and one which touches none does not ask. In plpgsql, since the view it calls comes with each start.
CREATE FUNCTION app_scope() RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN CASE WHEN app_person() IS NOT NULL THEN reader_scope(app_person()) END;
END $$;
