using FsCheck.Xunit;

namespace NativeSsl.Tests.Evaluation;

public sealed class RougeTests
{
    const string S1 = "police killed the gunman", S2 = "police kill the gunman", S3 = "the gunman kill police", S4 = "the gunman police killed";

    // Lin 2004, section 3.1: ROUGE-2 takes S2 and S3 for equally good, ROUGE-L does not, with 3/4 and 2/4; S4 is as good as S3 to it.
    [Fact]
    public void The_example_of_the_paper()
    {
        Assert.Equal(Rouge.N(S1, S2, 2).FMeasure, Rouge.N(S1, S3, 2).FMeasure);
        Assert.Equal((0.75, 0.5, 0.5), (Rouge.L(S1, S2).FMeasure, Rouge.L(S1, S3).FMeasure, Rouge.L(S1, S4).FMeasure));
        Assert.True(Rouge.N(S1, S4, 2).FMeasure > Rouge.N(S1, S3, 2).FMeasure);
    }

    // Figures of google-research's rouge_scorer_test.py.
    [Fact]
    public void Figures_of_rouge_score()
    {
        const string target = "testing one two";
        Assert.Equal(new RougeScore(1, 1 / 3.0), Rouge.N(target, "testing", 1));
        Assert.Equal(0.5, Rouge.N(target, "testing", 1).FMeasure, 1e-12);
        Assert.Equal(new RougeScore(1, 1 / 2.0), Rouge.N(target, "testing one", 2));
        Assert.Equal(2 / 3.0, Rouge.N(target, "testing one", 2).FMeasure, 1e-12);
        Assert.Equal(new RougeScore(1, 2 / 3.0), Rouge.L(target, "testing one"));
        Assert.Equal(4 / 5.0, Rouge.L(target, "testing two").FMeasure, 1e-12);
        Assert.Equal((0, 0, 0), (Rouge.N(target, "", 1).FMeasure, Rouge.N(target, "", 2).FMeasure, Rouge.L(target, "").FMeasure));
        Assert.Equal((0, 0), (Rouge.L("", "w1").FMeasure, Rouge.L("w1 w2", "/").FMeasure));
    }

    [Fact]
    public void Words_are_lower_case_letters_and_digits()
    {
        Assert.Equal(["the", "u", "s", "2nd", "caf"], Rouge.Words("The U.S. 2nd-café!"));
        Assert.Equal(1, Rouge.N("Deep NETS, 3.", "deep nets 3", 2).FMeasure, 1e-12);
        Assert.Throws<NativeSslException>(() => Rouge.N("a", "a", 0));
    }

    [Fact]
    public void Of_several_references_the_best_counts_and_documents_are_averaged()
    {
        IReadOnlyList<string>[] references = [["x y", "testing one two"], ["a b"]];
        Assert.Equal((4 / 5.0 + 0) / 2, Rouge.Mean(references, ["testing two", "c"], Rouge.L), 1e-12);
        Assert.Throws<ShapeException>(() => Rouge.Mean(references, ["one"], Rouge.L));
    }

    // The longest common subsequence by trying every subset of the shorter text.
    [Property(MaxTest = 100)]
    public void Agrees_with_trying_every_subsequence(ulong seed)
    {
        var random = new RandomSource(seed, 0);
        string[] Words() => [.. Enumerable.Range(0, 1 + random.NextInt(8)).Select(_ => "abcd"[random.NextInt(4)].ToString())];
        (string[] x, string[] y) = (Words(), Words());
        int longest = 0;
        for (int mask = 0; mask < 1 << x.Length; mask++)
        {
            string[] some = [.. x.Where((_, i) => (mask >> i & 1) == 1)];
            int at = 0;
            foreach (string word in y) if (at < some.Length && some[at] == word) at++;
            if (at == some.Length) longest = Math.Max(longest, at);
        }
        Assert.Equal(new RougeScore((double)longest / y.Length, (double)longest / x.Length), Rouge.L(string.Join(' ', x), string.Join(' ', y)));
    }

    // The figures are those of this code on the day it was written; that one sentence beats the whole abstract in F-measure is what is known.
    [DataFact("scitldr_a")]
    public void The_first_sentence_is_a_summary()
    {
        Summaries dev = SciTldr.Read(Path.Combine(DataFactAttribute.Folder!, "scitldr_a", "dev.jsonl"));
        RougeScore One(string reference, string summary) => Rouge.N(reference, summary, 1);
        Assert.Equal(0.27213, Rouge.Mean(dev.Targets, dev.Lead(), One), 1e-5);
        Assert.Equal(0.21757, Rouge.Mean(dev.Targets, dev.Lead(), Rouge.L), 1e-5);
        Assert.Equal(0.19741, Rouge.Mean(dev.Targets, dev.Lead(99), One), 1e-5);
        PairedBootstrap test = PairedBootstrap.Of(Rouge.Statistics(dev.Targets, dev.Lead(), One), Rouge.Statistics(dev.Targets, dev.Lead(99), One),
            sums => sums[0] / sums[1]);
        Assert.Equal(1, test.FirstWins);
    }
}
