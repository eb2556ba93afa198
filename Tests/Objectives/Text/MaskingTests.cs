using FsCheck.Xunit;
using static NativeSsl.Tests.Objectives.Texts.SmallTexts;

namespace NativeSsl.Tests.Objectives.Texts;

public sealed class MaskingTests
{
    static readonly int[] Sample = [Marks.Begin, .. Enumerable.Range(0, 60).Select(i => i % Words), Marks.Separator, .. Enumerable.Range(0, 65).Select(i => i % Words), Marks.Separator];

    static MaskedText[] Many(Masking masking, int[] tokens, int times = 2000) =>
        [.. Enumerable.Range(0, times).Select(i => masking.Apply(tokens, Marks, new RandomSource(1, (ulong)i)))];

    // Five deviations of a binomial distribution: a right program fails once in a million runs of other seeds, and this seed is fixed.
    static void Near(double probability, long count, long of) =>
        Assert.InRange(count, of * probability - 5 * Math.Sqrt(of * probability * (1 - probability)), of * probability + 5 * Math.Sqrt(of * probability * (1 - probability)));

    [Theory, InlineData(true), InlineData(false)]
    public void Eight_of_ten_are_covered_one_is_another_word_and_one_stays(bool bert)
    {
        MaskedText[] many = Many(bert ? Masking.Bert(128) : Masking.Roberta(), Sample);
        var chosen = many.SelectMany(masked => masked.Places.Select((place, i) => (Seen: masked.Tokens[place], Was: masked.Targets[i]))).ToArray();
        int words = bert ? Marks.Vocabulary : Words;
        Near(0.8 + (bert ? 0.1 / words : 0), chosen.Count(c => c.Seen == Marks.Mask), chosen.Length);
        Near(0.1 + 0.1 / words, chosen.Count(c => c.Seen == c.Was), chosen.Length);
        for (int word = 0; word < Marks.Vocabulary; word++)
        {
            if (word == Marks.Mask) continue;
            int became = chosen.Count(c => c.Seen == word && c.Was != word), could = chosen.Count(c => c.Was != word);
            if (bert || word < Words) Near(0.1 / words, became, could);
            else Assert.Equal(0, became);
        }
    }

    [Fact]
    public void All_covered_by_the_mask_would_be_seen()
    {
        MaskedText[] many = Many(Masking.Bert(128) with { Random = 0, Keep = 0 }, Sample);
        Assert.All(many, masked => Assert.All(masked.Places, place => Assert.Equal(Marks.Mask, masked.Tokens[place])));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Near(0.8, many.Sum(masked => masked.Places.Length), many.Sum(masked => masked.Places.Length)));
    }

    [Theory]
    [InlineData(128, 128, 19)]              // round(19.2)
    [InlineData(512, 512, 77)]              // round(76.8), and no more than 77
    [InlineData(128, 3, 1)]                 // round(0.45), but one at least
    [InlineData(128, 10, 2)]                // round(1.5): halves to the even number, as Python rounds
    [InlineData(128, 30, 4)]                // round(4.5)
    [InlineData(128, 200, 20)]              // no more than 20
    public void The_number_of_covered_words_is_that_of_the_published_code(int context, int tokens, int covered)
    {
        int[] sample = [Marks.Begin, .. new int[tokens - 2], Marks.Separator];
        Assert.All(Many(Masking.Bert(context), sample, 20), masked => Assert.Equal(covered, masked.Places.Length));
    }

    [Fact]
    public void Rounding_by_chance_keeps_the_mean()
    {
        int[] counts = [.. Many(Masking.Roberta(), Sample, 4000).Select(masked => masked.Places.Length)];
        Assert.Equal([18, 19], counts.Distinct().Order());                  // 0.15 · 125 words = 18.75
        Near(0.75, counts.Count(count => count == 19), counts.Length);
    }

    [Property(MaxTest = 300)]
    public bool Marks_are_never_chosen_and_what_is_not_chosen_stays(byte[] text, ulong seed)
    {
        int[] tokens = [Marks.Begin, .. text.Select(b => b % Marks.Vocabulary), Marks.Separator];
        MaskedText masked = Masking.Bert(128).Apply(tokens, Marks, new RandomSource(seed, 1));
        return masked.Places.All(place => !Marks.IsSpecial(tokens[place])) && masked.Places.SequenceEqual(masked.Places.Distinct().Order())
            && masked.Targets.SequenceEqual(masked.Places.Select(place => tokens[place]))
            && Enumerable.Range(0, tokens.Length).Except(masked.Places).All(place => masked.Tokens[place] == tokens[place]);
    }

    [Fact]
    public void Every_word_is_chosen_equally_often()
    {
        MaskedText[] many = Many(Masking.Bert(128), Sample, 3000);
        for (int place = 0; place < Sample.Length; place++)
            if (!Marks.IsSpecial(Sample[place])) Near(19.0 / 125, many.Count(masked => masked.Places.Contains(place)), many.Length);
    }

    [Fact]
    public void Marks_that_are_not_four_different_tokens_are_refused()
    {
        Assert.Throws<IndexException>(() => new TextMarks(10, 1, 1, 2, 3));
        Assert.Throws<IndexException>(() => new TextMarks(10, 1, 2, 3, 10));
        Assert.Throws<IndexException>(() => new TextMarks(4, 0, 1, 2, 3));
        Assert.Throws<NativeSslException>(() => (new Masking { Share = 0 }).Apply(Sample, Marks, new RandomSource(1, 1)));
        Assert.Throws<NativeSslException>(() => (new Masking { Keep = 0.95 }).Apply(Sample, Marks, new RandomSource(1, 1)));
        var marks = new TextMarks(30, begin: 29, separator: 5, mask: 17, padding: 0, others: [6, 6]);
        var random = new RandomSource(2, 2);
        HashSet<int> words = [.. Enumerable.Range(0, 2000).Select(_ => marks.RandomWord(random))];
        Assert.Equal(Enumerable.Range(0, 30).Except([29, 5, 17, 0, 6]), words.Order());
    }
}
