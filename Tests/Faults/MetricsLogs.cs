using System.Text;

namespace NativeSsl.Tests;

public sealed class MetricsLogs
{
    const string Line = """{"step":1,"time":"2026-01-31T12:00:00.000Z","loss":2.5}""";

    static IReadOnlyList<MetricsLine> Parse(string text) => MetricsLog.Parse(Encoding.UTF8.GetBytes(text), "metrics.jsonl");

    [Fact]
    public void A_resumed_diary_equals_an_uninterrupted_one()
    {
        using Scratch scratch = new();
        string whole = scratch.File("whole.jsonl"), resumed = scratch.File("resumed.jsonl");
        using (MetricsLog log = MetricsLog.Open(whole, 0)) Write(log, 1, 30);
        using (MetricsLog log = MetricsLog.Open(resumed, 0)) Write(log, 1, 17);
        // killed in the middle of a line, after the checkpoint of step 10
        File.AppendAllText(resumed, "{\"step\":18,\"ti");
        using (MetricsLog log = MetricsLog.Open(resumed, 10))
        {
            // at once: the run may be killed again before it has overwritten the rest
            Assert.Equal(10, MetricsLog.Read(resumed).Count);
            Write(log, 11, 30);
        }
        Assert.Equal(30, MetricsLog.Read(whole).Count);
        Assert.Equal(MetricsLog.Read(whole).Select(line => line.ToComparable()),
            MetricsLog.Read(resumed).Select(line => line.ToComparable()));

        static void Write(MetricsLog log, int from, int to)
        {
            for (int step = from; step <= to; step++)
                log.Append(step, ("loss", 3.0 / step), ("stepSeconds", Random.Shared.NextDouble()),
                    ("tokensPerSecond", Random.Shared.NextDouble()));
        }
    }

    [Fact]
    public void A_diary_can_be_read_while_it_is_written_and_keeps_what_is_not_finite()
    {
        using Scratch scratch = new();
        using MetricsLog log = MetricsLog.Open(scratch.File("m.jsonl"), 0);
        log.Append(1, ("loss", double.NaN), ("up", double.PositiveInfinity), ("down", double.NegativeInfinity), ("third", 1.0 / 3));
        MetricsLine line = Assert.Single(MetricsLog.Read(scratch.File("m.jsonl")));
        Assert.Equal([double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1.0 / 3],
            ((string[])["loss", "up", "down", "third"]).Select(name => line.Values[name]));
        Assert.InRange(DateTimeOffset.UtcNow - line.Time, TimeSpan.FromSeconds(-1), TimeSpan.FromMinutes(1));
        Assert.Throws<NativeSslException>(() => log.Append(0));
    }

    [Fact]
    public void An_unfinished_last_line_is_ignored_wherever_it_was_cut()
    {
        for (int length = 0; length <= Line.Length; length++) Assert.Single(Parse(Line + "\n" + Line[..length]));
        Assert.Equal(2, Parse(Line + "\n" + Line + "\n").Count);
        Assert.Empty(Parse(""));
    }

    [Theory]
    [InlineData("", "line 1", "not valid JSON")]
    [InlineData("x", "not valid JSON", "")]
    [InlineData("[1]", "object is expected", "")]
    [InlineData("{}", "'step' is missing", "")]
    [InlineData("""{"step":"1","time":"2026-01-31T12:00:00Z"}""", "'step' is \"1\"", "")]
    [InlineData("""{"step":-1,"time":"2026-01-31T12:00:00Z"}""", "'step'", "whole")]
    [InlineData("""{"step":1.5,"time":"2026-01-31T12:00:00Z"}""", "'step'", "whole")]
    [InlineData("""{"step":1}""", "'time' is missing", "")]
    [InlineData("""{"step":1,"time":"yesterday"}""", "'time' is 'yesterday'", "")]
    [InlineData("""{"step":1,"time":5}""", "'time' is 5", "")]
    [InlineData("""{"step":1,"time":"2026-01-31T12:00:00Z","loss":null}""", "'loss' is null", "")]
    [InlineData("""{"step":1,"time":"2026-01-31T12:00:00Z","loss":"low"}""", "'loss' is \"low\"", "")]
    [InlineData("""{"step":1,"time":"2026-01-31T12:00:00Z","loss":[1]}""", "'loss' is [1]", "")]
    [InlineData("""{"step":1,"time":"2026-01-31T12:00:00Z","loss":1,"loss":2}""", "'loss' stands there twice", "")]
    public void A_finished_line_that_is_none_is_refused_by_its_number(string line, string said, string alsoSaid)
    {
        MalformedFileException error = Assert.Throws<MalformedFileException>(() => Parse(line + "\n"));
        Assert.StartsWith("metrics.jsonl, line 1: ", error.Message);
        Assert.Contains(said, error.Message);
        Assert.Contains(alsoSaid, error.Message);
        Assert.Contains("line 2", Assert.Throws<MalformedFileException>(() => Parse(Line + "\n" + line + "\n" + Line)).Message);
    }

    [Fact]
    public void Mixed_runs_and_mutations_are_refused()
    {
        Assert.Contains("two runs",
            Assert.Throws<MalformedFileException>(() =>
                Parse(Line.Replace("\"step\":1", "\"step\":2", StringComparison.Ordinal) + "\n" + Line + "\n")).Message);
        Mutations.Try(Encoding.UTF8.GetBytes(Line + "\n" + Line + "\n"), 20_000, bytes => MetricsLog.Parse(bytes, "m"));
    }

    [CultureFact]
    public void Every_culture_writes_and_reads_the_same()
    {
        using Scratch scratch = new();
        int file = 0;
        List<string> lines = [.. CultureFactAttribute.InEach(() =>
        {
            string path = scratch.File($"{file++}.jsonl");
            using (MetricsLog log = MetricsLog.Open(path, 0)) log.Append(1, ("loss", 1234.5), ("İ", -0.25), ("x", double.NegativeInfinity));
            return File.ReadAllText(path)[50..] + MetricsLog.Read(path)[0].ToComparable();
        })];
        Assert.All(lines, line => Assert.Equal(lines[0], line));
    }
}
