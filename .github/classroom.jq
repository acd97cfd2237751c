# What GitHub Classroom's reporter reads, from what `cargo course grade --json` tells of one
# submission: a point for each exercise that is solved.
.submissions[0] as $row
| {
    version: 1,
    status: (if $row.solved == $row.all and $row.problem == null then "pass" else "fail" end),
    max_score: $row.all,
    tests: (
      if $row.problem != null then
        [{ name: "submission", status: "fail", score: 0, message: $row.problem }]
      else
        [ $row.exercises[]
          | (.verdict == "solved") as $solved
          | {
              name: "\(.id) \(.title)",
              status: (if $solved then "pass" else "fail" end),
              score: (if $solved then 1 else 0 end),
              message: ([.verdict, .reason, ([.tests[] | select(.verdict != "pass") | .name][0])]
                | map(select(. != null)) | join(": "))
            } ]
      end
    )
  }
| @base64
