using FsCheck.Xunit;

namespace NativeSsl.Tests.Evaluation;

public sealed class ChrFTests
{
    const string Risk = " risk assessment must be made of those who are qualified and expertise in the sector - these are the scientists .",
        RiskReference = "risk assessment has to be undertaken by those who are qualified and expert in that area - that is the scientists .",
        Friends = " Die    Beziehung zwischen  Obama und Netanjahu ist nicht gerade  freundlich. ",
        FriendsReference = "Das Verhältnis zwischen Obama und Netanyahu ist nicht gerade freundschaftlich.";

    // Figures of sacreBLEU's test/test_chrf.py, with β = 3; the two long ones come from Moses' CharacterFScorer.
    [Theory]
    [InlineData(Risk, RiskReference, 63.361730303214769)]
    [InlineData(Friends, FriendsReference, 64.130269831561459)]
    [InlineData("a", "a", 100.0), InlineData("", "reference", 0.0), InlineData("a b c", "a b c", 100.0), InlineData("a b c", "abc", 100.0)]
    [InlineData("", "c", 0.0), InlineData("aa", "ab", 25.0), InlineData("abcdefg", "hijklmnop", 0.0), InlineData("", "", 0.0), InlineData("source", "", 0.0)]
    public void Figures_of_sacrebleu(string hypothesis, string reference, double expected) =>
        Assert.Equal(expected, new ChrF(beta: 3).Of([hypothesis], [reference]), 1e-9);

    [Fact]
    public void Corpora_and_several_references()
    {
        Assert.Equal(50, new ChrF(beta: 3).Of(["a", "b"], ["a", "c"]), 1e-12);
        Assert.Equal(59.73, new ChrF().Of(BleuTests.Hypotheses, BleuTests.References), 0.005);           // chrF2 in sacreBLEU's README
        // By itself each sentence takes the reference that fits best.
        Assert.Equal(100, new ChrF().Of(["abc"], [["xyz", "abc"]]), 1e-12);
        // A reference too short for stretches of three says nothing about those of the hypothesis, within a corpus too.
        Assert.Equal([6, 2, 2, 5, 1, 1, 0, 0, 0], new ChrF(order: 3).Statistics("abcdef", ["ab"]));
        Assert.Throws<ShapeException>(() => new ChrF().Statistics("a", []));
    }

    // Popović 2015 in loops.
    static double Textbook(string said, string wanted, int order, double beta)
    {
        (said, wanted) = (said.Replace(" ", ""), wanted.Replace(" ", ""));
        double precision = 0, recall = 0, orders = 0;
        for (int n = 1; n <= order; n++)
        {
            string[] Stretches(string text) => [.. Enumerable.Range(0, Math.Max(0, text.Length - n + 1)).Select(i => text.Substring(i, n))];
            string[] of = Stretches(said);
            List<string> left = [.. Stretches(wanted)];
            if (of.Length == 0 || left.Count == 0) continue;
            double all = left.Count, both = of.Count(left.Remove);
            (precision, recall, orders) = (precision + both / of.Length, recall + both / all, orders + 1);
        }
        if (precision + recall == 0) return 0;
        (precision, recall) = (precision / orders, recall / orders);
        return 100 * (1 + beta * beta) * precision * recall / (beta * beta * precision + recall);
    }

    [Property(MaxTest = 200)]
    public void Agrees_with_the_textbook(ulong seed)
    {
        var random = new RandomSource(seed, 0);
        string Text() => new([.. Enumerable.Range(0, random.NextInt(14)).Select(_ => "ab c"[random.NextInt(4)])]);
        (string said, string wanted) = (Text(), Text());
        Assert.Equal(Textbook(said, wanted, 6, 2), new ChrF().Of([said], [wanted]), 1e-9);
        Assert.Equal(Textbook(said, wanted, 3, 1), new ChrF(3, 1).Of([said], [wanted]), 1e-9);
    }

    [Fact]
    public void A_character_outside_the_first_plane_is_one_character() =>
        Assert.Equal(new ChrF().Of(["xy"], ["xz"]), new ChrF().Of(["😀y"], ["😀z"]), 1e-12);
}
