using FsCheck.Xunit;

namespace NativeSsl.Tests.Evaluation;

public sealed class PairOverlapTests
{
    static LabelledTexts Pairs(string[] firsts, string[] seconds, int[]? labels = null, Split split = Split.Train) =>
        new("pairs", split, firsts, labels ?? new int[firsts.Length], ["no", "yes"], seconds);

    [Fact]
    public void Features_by_hand()
    {
        FeatureSet set = PairOverlap.Of(Table.Cpu, Pairs(
            ["The old man is playing the harp", "The man is not playing", "no man", ""], ["An old man is not playing", "No man is playing", "a b", "the man"], [1, 0, 1, 0], Split.Test));
        double[][] expected =
        [
            // A: the old man is playing harp; B: an old man is not playing; of B's pairs "old man" and "man is" stand in A.
            [4 / 8.0, 4 / 6.0, 4 / 6.0, 2 / 5.0, -1, 1],
            // Both are negated. A: the man is not playing; B: no man is playing.
            [3 / 6.0, 3 / 5.0, 3 / 4.0, 1 / 3.0, -1, 0],
            // Letters that stand alone are no words: B is empty.
            [0, 0, 0, 0, -2, 1],
            [0, 0, 0, 0, 2, 0],
        ];
        double[][] rows = Table.Rows(set.Values);
        for (int i = 0; i < 4; i++) for (int j = 0; j < PairOverlap.Width; j++) Assert.Equal(expected[i][j], rows[i][j], 1e-6);
        Assert.Equal((Split.Test, 2), (set.Split, set.Classes));
        Assert.Equal([1, 0, 1, 0], set.Labels.ToArray());
    }

    // Word by word in lists, without sets.
    [Property(MaxTest = 100)]
    public void Features_of_random_words(ulong seed)
    {
        string[] words = ["aa", "bb", "cc", "dd", "never", "nothing"];
        var random = new RandomSource(seed, 1);
        string[] Draw() => [.. Enumerable.Range(0, random.NextInt(7)).Select(_ => words[random.NextInt(words.Length)])];
        (string[] a, string[] b) = (Draw(), Draw());
        double[] row = Table.Rows(PairOverlap.Of(Table.Cpu, Pairs([string.Join(' ', a)], [string.Join(' ', b)])).Values)[0];
        double inA = words.Count(word => Array.IndexOf(a, word) >= 0), inB = words.Count(word => Array.IndexOf(b, word) >= 0);
        double both = words.Count(word => Array.IndexOf(a, word) >= 0 && Array.IndexOf(b, word) >= 0), neighbours = 0, shared = 0;
        foreach (string left in words)
            foreach (string right in words)
            {
                bool Stands(string[] text) => Enumerable.Range(0, Math.Max(0, text.Length - 1)).Any(i => text[i] == left && text[i + 1] == right);
                if (!Stands(b)) continue;
                neighbours++;
                if (Stands(a)) shared++;
            }
        bool Negated(string[] text) => text.Any(word => word is "never" or "nothing");
        double[] expected = [Share(both, inA + inB - both), Share(both, inA), Share(both, inB), Share(shared, neighbours), b.Length - a.Length, Negated(a) == Negated(b) ? 0 : 1];
        for (int j = 0; j < expected.Length; j++) Assert.Equal(expected[j], row[j], 1e-6);

        static double Share(double some, double all) => all == 0 ? 0 : some / all;
    }

    [Fact]
    public void A_probe_learns_from_them_and_texts_that_stand_alone_are_refused()
    {
        // Class 1: all words are shared. Lengths are the same for both classes.
        string[] words = ["red", "green", "blue", "black", "white", "brown"];
        LabelledTexts Colours(ulong seed, Split split)
        {
            var random = new RandomSource(seed, 2);
            (string A, string B, int Label)[] drawn = [.. Enumerable.Range(0, 80).Select(i =>
            {
                int first = random.NextInt(6), second = (first + 1 + random.NextInt(5)) % 6;
                return (words[first], i % 2 == 1 ? words[first] : words[second], i % 2);
            })];
            return Pairs([.. drawn.Select(pair => pair.A)], [.. drawn.Select(pair => pair.B)], [.. drawn.Select(pair => pair.Label)], split);
        }
        FeatureSet train = PairOverlap.Of(Table.Cpu, Colours(1, Split.Train)), test = PairOverlap.Of(Table.Cpu, Colours(2, Split.Test));
        Assert.Equal(1, LinearProbe.Fit(train).Accuracy(test));
        LabelledTexts alone = new("alone", Split.Train, ["a"], [0], ["x"]);
        Assert.Contains("stand alone", Assert.Throws<NativeSslException>(() => PairOverlap.Of(Table.Cpu, alone)).Message);
    }
}
