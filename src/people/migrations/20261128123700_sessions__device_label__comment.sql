COMMENT ON COLUMN sessions.device_label IS 'sensitivity=2 purpose=recognise one''s own device by a word';
