namespace NativeSsl.Tests;

public sealed class RewritingsTests : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    string Lines(string name, IEnumerable<string> lines)
    {
        File.WriteAllLines(_scratch.File(name), lines);
        return _scratch.File(name);
    }

    [Fact]
    public void A_text_stands_there_once_with_all_its_ways_and_is_in_one_part()
    {
        string file = Lines("pairs.tsv", Enumerable.Range(0, 200).SelectMany(i => new[] { $"One {i}. Two.\tun {i}", $"One {i}. Two.\teins {i}" }));
        (Rewritings train, Rewritings validation) = Rewritings.Read(file, Rewritings.Pairs);
        Assert.Equal(train.Sources.Count, train.Sources.Distinct().Count());
        Assert.InRange(validation.Count, 8, 35);
        Assert.Empty(train.Sources.Intersect(validation.Sources));
        Assert.All(validation.Sources, source => Assert.Equal(1, HashSplit.Of(source)));
        Assert.All(train.Sources.Zip(train.Targets), entry => Assert.Equal([$"un {Number(entry.First)}", $"eins {Number(entry.First)}"], entry.Second));
        Assert.All(train.Sources.Zip(train.Leads), entry => Assert.Equal($"One {Number(entry.First)}.", entry.Second));
        Assert.Equal(2 * train.Count, train.All.Count());
        Assert.Equal((train.Sources[0], train.Targets[0][1]), train.All.ElementAt(1));

        static string Number(string source) => source["One ".Length..source.IndexOf('.', StringComparison.Ordinal)];
    }

    // From right to left one text belongs to pairs of both parts: it must not be judged on.
    [Fact]
    public void From_right_to_left_no_text_of_the_one_part_is_in_the_other()
    {
        string file = Lines("pairs.tsv", Enumerable.Range(0, 300).Select(i => $"left {i}\tright {i % 100}"));
        (Rewritings train, Rewritings validation) = Rewritings.Read(file, Rewritings.Reversed);
        Assert.Empty(train.Sources.Intersect(validation.Sources));
        Assert.NotEmpty(validation.Sources);
        Assert.All(train.Sources.Concat(validation.Sources), source => Assert.StartsWith("right", source, StringComparison.Ordinal));
        Assert.Contains(train.Targets, ways => ways.Count > 1);
    }

    [Fact]
    public void Some_are_drawn_the_same_each_time_and_keep_together()
    {
        (Rewritings train, _) = Rewritings.Read(TextCorpus.BuiltInName, Rewritings.Pairs);
        Rewritings some = train.Some(10);
        Assert.Equal(some.Sources, train.Some(10).Sources);
        Assert.Equal(10, some.Sources.Distinct().Count());
        Assert.NotEqual(train.Sources.Take(10), some.Sources);
        Assert.All(some.Sources.Zip(some.Targets), entry => Assert.Equal(train.Targets[train.Sources.ToList().IndexOf(entry.First)], entry.Second));
        Assert.Same(train, train.Some(train.Count));
    }

    [Fact]
    public void The_sentences_inside_lose_capitals_and_signs_and_nothing_else()
    {
        (Rewritings train, Rewritings validation) = Rewritings.Read(TextCorpus.BuiltInName, Rewritings.Pairs);
        Assert.True(train.Count > 100 && validation.Count > 10, $"{train.Count}, {validation.Count}");
        Assert.All(train.All.Concat(validation.All), pair =>
        {
            Assert.Equal(string.Concat(pair.Target.Where(char.IsLetterOrDigit)).ToLowerInvariant(), pair.Source.Replace(" ", "", StringComparison.Ordinal));
            Assert.DoesNotContain("  ", pair.Source, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void What_cannot_be_read_is_said()
    {
        Assert.Contains("'lines' is unknown", Assert.Throws<NativeSslException>(() => Rewritings.Read("x", "lines")).Message, StringComparison.Ordinal);
        Assert.Contains("both need some", Assert.Throws<NativeSslException>(() => Rewritings.Read(Lines("one.tsv", ["a\tb"]), Rewritings.Pairs)).Message, StringComparison.Ordinal);
        Assert.Contains("line 2", Assert.Throws<MalformedFileException>(() => Rewritings.Read(Lines("bad.tsv", ["a\tb", "c"]), Rewritings.Pairs)).Message, StringComparison.Ordinal);
        Assert.Contains("train.jsonl", Assert.Throws<MalformedFileException>(() => Rewritings.Read(_scratch.Folder, Rewritings.Papers)).Message, StringComparison.Ordinal);
    }

    [DataFact("tatoeba_eng_fra")]
    public void Tatoeba_goes_both_ways()
    {
        string file = Path.Combine(DataFactAttribute.Folder!, "tatoeba_eng_fra", "eng-fra.tsv");
        (Rewritings train, Rewritings validation) = Rewritings.Read(file, Rewritings.Pairs);
        Assert.Equal(Tatoeba.Read(file).Train.Count, train.All.Count());
        Assert.Equal(Tatoeba.Read(file).Validation.Count, validation.All.Count());
        Assert.True(Rewritings.Read(file, Rewritings.Reversed).Validation.All.Count() < validation.All.Count());
    }

    [DataFact("scitldr_a")]
    public void SciTldr_comes_in_two_files_or_in_one()
    {
        string folder = Path.Combine(DataFactAttribute.Folder!, "scitldr_a");
        (Rewritings train, Rewritings validation) = Rewritings.Read(folder, Rewritings.Papers);
        Assert.InRange(train.Count, 1900, 1992);
        Assert.InRange(validation.Count, 580, 619);
        Assert.All(validation.Sources.Zip(validation.Leads), entry => Assert.StartsWith(entry.Second, entry.First, StringComparison.Ordinal));
        Assert.InRange(Rewritings.Read(Path.Combine(folder, "dev.jsonl"), Rewritings.Papers).Train.Count, 450, 540);
    }
}
