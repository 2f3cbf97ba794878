-- True False True True False
-- True a other
-- relation False
select * from main."a"