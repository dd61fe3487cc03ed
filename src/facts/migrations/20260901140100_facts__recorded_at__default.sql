-- The clock of deadlines and evidence is the product's, so that a demo day has one time.
ALTER TABLE facts ALTER COLUMN recorded_at SET DEFAULT app_now();
