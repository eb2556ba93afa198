using FsCheck.Xunit;

namespace NativeSsl.Tests.Evaluation;

public sealed class SpoiltTextsTests
{
    static readonly string Long = string.Join(' ', Enumerable.Range(0, 4_000).Select(i => $"word{(char)('a' + i % 26)}"));

    static int Hit(string spoilt) => spoilt.Split(' ').Zip(Long.Split(' '), (a, b) => a != b ? 1 : 0).Sum();

    [Theory]
    [InlineData(TextDamage.Swap), InlineData(TextDamage.Drop), InlineData(TextDamage.Insert), InlineData(TextDamage.Replace)]
    public void A_slip_is_one_edit_of_so_many_words(TextDamage damage)
    {
        string before = Long;
        for (int severity = 1; severity <= 5; severity++)
        {
            string spoilt = SpoiltTexts.Spoil(Long, damage, SpoiltTexts.Rates[severity - 1], 1, 0);
            string[] words = spoilt.Split(' '), old = Long.Split(' ');
            Assert.Equal(old.Length, words.Length);
            // Three deviations of a share of 4,000; swapping equal letters changes nothing, but no word has two beside each other.
            Assert.Equal(SpoiltTexts.Rates[severity - 1], Hit(spoilt) / 4_000.0, 0.025);
            for (int i = 0; i < words.Length; i++)
                if (words[i] != old[i]) AssertOneEdit(damage, old[i], words[i]);
            // What was hit at a lower rate is hit in the same way at this one.
            string[] lower = before.Split(' ');
            Assert.All(Enumerable.Range(0, old.Length).Where(i => lower[i] != old[i]), i => Assert.Equal(lower[i], words[i]));
            before = spoilt;
        }
        Assert.NotEqual(before, SpoiltTexts.Spoil(Long, damage, 0.5, 2, 0));
        Assert.NotEqual(before, SpoiltTexts.Spoil(Long, damage, 0.5, 1, 1));
        Assert.Equal(before, SpoiltTexts.Spoil(Long, damage, 0.5, 1, 0));
    }

    static void AssertOneEdit(TextDamage damage, string old, string now)
    {
        IEnumerable<string> all = damage switch
        {
            TextDamage.Swap => Enumerable.Range(0, old.Length - 1).Select(i => $"{old[..i]}{old[i + 1]}{old[i]}{old[(i + 2)..]}"),
            TextDamage.Drop => Enumerable.Range(0, old.Length).Select(i => old.Remove(i, 1)),
            TextDamage.Insert => Enumerable.Range(0, old.Length + 1).SelectMany(i => Enumerable.Range('a', 26).Select(c => old.Insert(i, $"{(char)c}"))),
            _ => Enumerable.Range(0, old.Length).SelectMany(i =>
                Enumerable.Range('a', 26).Where(c => c != old[i]).Select(c => $"{old[..i]}{(char)c}{old[(i + 1)..]}")),
        };
        Assert.Contains(now, all);
    }

    [Fact]
    public void Every_place_and_every_letter_is_reached()
    {
        HashSet<string>[] seen = [.. Enum.GetValues<TextDamage>().Select(damage =>
            Enumerable.Range(0, 4_000).Select(i => SpoiltTexts.Spoil("abc", damage, 1, 3, (ulong)i)).ToHashSet())];
        Assert.Equal(["acb", "bac"], seen[(int)TextDamage.Swap].Order());
        Assert.Equal(["ab", "ac", "bc"], seen[(int)TextDamage.Drop].Order());
        Assert.Equal(4 * 26 - 3, seen[(int)TextDamage.Insert].Count);              // a letter before or behind its like makes the same word
        Assert.Equal(3 * 25, seen[(int)TextDamage.Replace].Count);
    }

    [Fact]
    public void Words_are_dropped_but_never_all()
    {
        for (int severity = 1; severity <= 5; severity++)
        {
            string[] left = SpoiltTexts.Spoil(Long, TextDamage.DropWord, SpoiltTexts.Rates[severity - 1], 1, 0).Split(' ');
            Assert.Equal(1 - SpoiltTexts.Rates[severity - 1], left.Length / 4_000.0, 0.025);
        }
        for (ulong i = 0; i < 100; i++) Assert.Contains(SpoiltTexts.Spoil("one two", TextDamage.DropWord, 1, 0, i), new[] { "one", "two" });
        Assert.Equal("", SpoiltTexts.Spoil("", TextDamage.DropWord, 1, 0, 0));
    }

    [Property(MaxTest = 200)]
    public void Any_text_is_taken_and_a_rate_of_zero_changes_nothing(string? text, byte kind, ulong seed)
    {
        TextDamage damage = (TextDamage)(kind % 5);
        string given = new([.. (text ?? "").Where(c => !char.IsSurrogate(c))]);
        Assert.NotNull(SpoiltTexts.Spoil(given, damage, 0.5, seed, 0));
        if (damage != TextDamage.DropWord) Assert.Equal(given, SpoiltTexts.Spoil(given, damage, 0, seed, 0));
        Assert.Equal("😀b", string.Concat(SpoiltTexts.Spoil("b😀", TextDamage.Swap, 1, seed, 0)));
    }

    [Fact]
    public void Sets_keep_their_labels_and_accuracies_go_to_the_report()
    {
        LabelledTexts set = new("x", Split.Test, [.. Enumerable.Repeat("some words here", 50)], [.. Enumerable.Range(0, 50).Select(i => i % 2)], ["a", "b"],
            [.. Enumerable.Repeat("some words here", 50)]);
        LabelledTexts spoilt = SpoiltTexts.Of(set, TextDamage.Drop, 5, 1);
        Assert.Equal(set.Labels, spoilt.Labels);
        Assert.True(spoilt.Texts.Distinct().Count() > 5, "each text is spoilt in its own way");
        Assert.NotEqual(spoilt.Texts, spoilt.Seconds);                          // and so are the two of a pair
        Assert.Throws<NativeSslException>(() => SpoiltTexts.Of(set, TextDamage.Drop, 6));
        Assert.Throws<NativeSslException>(() => SpoiltTexts.Spoil("a", TextDamage.Drop, 1.5, 0, 0));

        IReadOnlyDictionary<TextDamage, double[]> left = TextRobustness.Of(set, texts => texts.Texts.Count(text => text == "some words here") / 50.0);
        Assert.Equal(5, left.Count);
        Assert.All(left.Values, at => Assert.True(at.Length == 5 && at[4] < at[1] && at[1] < 0.95 && at.Zip(at.Skip(1), (a, b) => b <= a).All(less => less),
            string.Join(" ", at)));
        var card = new ReportCard("r");
        TextRobustness.Add(card, "words", left);
        Assert.Equal(["words, letters swapped", "words, letters dropped", "words, letters inserted", "words, letters replaced", "words, words dropped"],
            card.Rows.Select(row => row.Name));
        Assert.Equal(left[TextDamage.Drop].Average(), card.Rows[1].Scores["mean"].Mean, 1e-12);
        Assert.Equal(left[TextDamage.Drop][4], card.Rows[1].Scores["severity 5"].Mean, 1e-12);
    }
}
