-- The second wall (docs/decisions/0010-row-level-security.md): requests act as the role nol_app, which is neither owner nor
-- superuser, and say on whose behalf. Policies read what they said. The owner passes them: jobs, command line, statements
-- that carry many people's writes.

-- app_scope(): schools of the present reader, with all that stands below and above them; null outside requests.
CREATE FUNCTION app_scope() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT nullif(current_setting('app.scope', true), '')::uuid[]
$$;

-- app_person(): who reads; null for whoever is not signed in.
CREATE FUNCTION app_person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT nullif(current_setting('app.person', true), '')::uuid
$$;
