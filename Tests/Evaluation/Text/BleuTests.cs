using FsCheck.Xunit;

namespace NativeSsl.Tests.Evaluation;

public sealed class BleuTests
{
    internal static readonly string[] Hypotheses = ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."];
    internal static readonly IReadOnlyList<string>[] References =
    [
        ["The dog bit the man.", "The dog had bit the man."], ["It was not unexpected.", "No one was surprised."],
        ["The man bit him first.", "The man had bitten the dog."],
    ];

    // The example of sacreBLEU's README, and the figure of its test.
    [Fact]
    public void The_example_of_sacrebleu()
    {
        BleuScore score = Bleu.Of(Hypotheses, References);
        Assert.Equal(48.530827, score.Score, 1e-6);
        Assert.Equal([82.4, 50.0, 45.5, 37.5], score.Precisions.Select(p => Math.Round(100 * p, 1)));
        Assert.Equal((0.943, 17L, 18L), (Math.Round(score.BrevityPenalty, 3), score.Length, score.ReferenceLength));
        Assert.Equal(0, Bleu.Of(["", "", ""], References).Score);
    }

    // Published beside MT-Telescope's metric: sacreBLEU's figure for a corpus without a stretch of four in common.
    [Fact]
    public void A_precision_of_nothing_is_smoothed() =>
        Assert.Equal(39.13, Bleu.Of(["Hi world.", "This is a Test."], ["Hello world.", "This is a test."]).Score, 0.005);

    [Fact]
    public void By_hand()
    {
        // 3 of 4, 1 of 3, then 1 / (2 · 2) and 1 / (4 · 1) in place of nothing.
        Assert.Equal(100 * Math.Pow(3 / 4.0 * (1 / 3.0) / 4 / 4, 0.25), Bleu.Of(["this is a fest"], ["this is b a"]).Score, 1e-9);
        Assert.Equal(0, Bleu.Of(["this is it"], ["this is it"]).Score);                 // no stretch of four at all
        Assert.Equal(100, Bleu.Of(["so this is it"], ["so this is it"]).Score, 1e-12);
        Assert.Equal(100 * Math.Exp(1 - 6 / 4.0), Bleu.Of(["a b c d"], ["a b c d e f"]).Score, 1e-9);
        Assert.Equal(0, Bleu.Of(["a b c d"], ["e f g h"]).Score);                       // nothing in common is not smoothed away
        // Of references as near in length the shorter: 3 and 5 for 4.
        Assert.Equal(3, Bleu.Statistics("a b c d", ["a b c d e", "a b c"])[1]);
    }

    [Theory]
    [InlineData("Hello, world!", "Hello , world !")]
    [InlineData("1,000.5 and 1,000.", "1,000.5 and 1,000 .")]
    [InlineData("a.b 3.b a.3", "a . b 3 . b a . 3")]
    [InlineData("3-4 well-known -5", "3 - 4 well-known -5")]
    [InlineData("don't (stop)", "don't ( stop )")]
    [InlineData("&quot;A&amp;B&quot; &lt;x&gt;", "\" A & B \" < x >")]
    [InlineData("so-\ncalled\nthing <skipped>", "socalled thing")]
    [InlineData("100% of $5", "100 % of $ 5")]
    [InlineData("x_y {z} [w] ~ `a`", "x _ y { z } [ w ] ~ ` a `")]
    [InlineData("«été» – ok…", "«été» – ok…")]
    [InlineData("  two   spaces ", "two spaces")]
    public void Tokens_are_those_of_mteval(string text, string tokens) => Assert.Equal(tokens.Split(' '), Mteval13a.Tokenize(text));

    // Papineni et al. in loops: clipped counts by comparing every stretch with every other.
    static double Textbook(string[][] hypotheses, string[][][] references)
    {
        double[] right = new double[4], total = new double[4];
        double c = 0, r = 0;
        for (int s = 0; s < hypotheses.Length; s++)
        {
            string[] h = hypotheses[s];
            c += h.Length;
            int nearest = int.MaxValue;
            foreach (string[] reference in references[s])
                if (nearest == int.MaxValue || Math.Abs(reference.Length - h.Length) < Math.Abs(nearest - h.Length)
                    || (Math.Abs(reference.Length - h.Length) == Math.Abs(nearest - h.Length) && reference.Length < nearest)) nearest = reference.Length;
            r += nearest;
            for (int n = 1; n <= 4; n++)
                for (int i = 0; i + n <= h.Length; i++)
                {
                    total[n - 1]++;
                    bool Same(string[] text, int at) => Enumerable.Range(0, n).All(k => text[at + k] == h[i + k]);
                    int before = Enumerable.Range(0, i).Count(j => Same(h, j));         // the how-manieth of its kind this is
                    int most = references[s].Max(reference => Enumerable.Range(0, Math.Max(0, reference.Length - n + 1)).Count(j => Same(reference, j)));
                    if (before < most) right[n - 1]++;
                }
        }
        if (right.All(count => count == 0) || total[3] == 0) return 0;
        double product = 1, zeros = 0;
        for (int n = 0; n < 4; n++) product *= right[n] > 0 ? right[n] / total[n] : 1 / (Math.Pow(2, ++zeros) * total[n]);
        return 100 * Math.Pow(product, 0.25) * (c < r ? Math.Exp(1 - r / c) : 1);
    }

    [Property(MaxTest = 200)]
    public void Agrees_with_the_textbook(ulong seed)
    {
        var random = new RandomSource(seed, 0);
        string[] Sentence() => [.. Enumerable.Range(0, 1 + random.NextInt(9)).Select(_ => "abc"[random.NextInt(3)].ToString())];
        string[][] said = [.. Enumerable.Range(0, 1 + random.NextInt(4)).Select(_ => Sentence())];
        string[][][] wanted = [.. said.Select(_ => Enumerable.Range(0, 1 + random.NextInt(3)).Select(_ => Sentence()).ToArray())];
        double score = Bleu.Of([.. said.Select(words => string.Join(' ', words))],
            [.. wanted.Select(all => (IReadOnlyList<string>)[.. all.Select(words => string.Join(' ', words))])]).Score;
        Assert.Equal(Textbook(said, wanted), score, 1e-9);
    }

    [Fact]
    public void Complains_in_full()
    {
        Assert.Throws<ShapeException>(() => Bleu.Of(["a"], [["a"], ["b"]]));
        Assert.Throws<ShapeException>(() => Bleu.Of([], Array.Empty<string>()));
        Assert.Contains("hypothesis 1", Assert.Throws<ShapeException>(() => Bleu.Of(["a", "b"], [["a"], []])).Message);
    }
}
