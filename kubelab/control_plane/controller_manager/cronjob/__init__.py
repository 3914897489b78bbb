"""The CronJob controller: Jobs made by the calendar."""
