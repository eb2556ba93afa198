using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace NativeSsl.Tests;

/// <summary>What happens to a text before pieces: normal forms against ICU, words against the published patterns.</summary>
public sealed class CanonicalFormsTests
{
    [Theory]
    [InlineData("\u00E9", "e\u0301", "\u00E9")]
    [InlineData("\u1EAD", "a\u0323\u0302", "\u1EAD")]
    [InlineData("a\u0302\u0323", "a\u0323\u0302", "\u1EAD")]                  // marks in the wrong order
    [InlineData("\u212B", "A\u030A", "\u00C5")]                              // a singleton never comes back
    [InlineData("\u0344", "\u0308\u0301", "\u0308\u0301")]                   // nor does a decomposition that begins with a mark
    [InlineData("\u0958", "\u0915\u093C", "\u0915\u093C")]                   // nor what Unicode excludes
    [InlineData("\uD55C", "\u1112\u1161\u11AB", "\uD55C")]                   // Hangul, by arithmetic
    [InlineData("\uAC00\u11A7", "\u1100\u1161\u11A7", "\uAC00\u11A7")]       // U+11A7 is no trailing consonant
    [InlineData("a\u0315\u0300\u05AEb", "a\u05AE\u0300\u0315b", "\u00E0\u05AE\u0315b")]
    [InlineData("a\u0305\u0301", "a\u0305\u0301", "a\u0305\u0301")]           // the overline, of the same class, blocks the accent
    [InlineData("plain", "plain", "plain")]
    public void Known_cases(string text, string decomposed, string composed)
    {
        Assert.Equal(decomposed, CanonicalForms.Decompose(text));
        Assert.Equal(composed, CanonicalForms.Compose(text));
    }

    [CultureFact]
    public void Every_character_and_random_strings_of_them_are_as_ICU_has_them()
    {
        List<string> special = [];
        for (int code = 0; code < 0x30000; code++)
        {
            if (!Rune.IsValid(code) || Rune.GetUnicodeCategory(new Rune(code)) == System.Globalization.UnicodeCategory.OtherNotAssigned) continue;
            string one = new Rune(code).ToString();
            string decomposed = one.Normalize(NormalizationForm.FormD);
            if (CanonicalForms.Decompose(one) != decomposed || CanonicalForms.Compose(one) != one.Normalize()) Assert.Fail($"U+{code:X4}");
            if (decomposed != one || Rune.GetUnicodeCategory(new Rune(code)) == System.Globalization.UnicodeCategory.NonSpacingMark && code < 0x3100)
                if (code is < 0xAC00 or > 0xD000) special.Add(one);             // of the Hangul syllables only the last
        }
        Assert.True(special.Count > 3_000);
        RandomSource random = new(3, 0);
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, 1 + random.NextInt(6)).Select(_ => random.NextInt(3) == 0 ? "a" : special[random.NextInt(special.Count)]));
            Assert.Equal(text.Normalize(NormalizationForm.FormD), CanonicalForms.Decompose(text));
            Assert.Equal(text.Normalize(), CanonicalForms.Compose(text));
        }
    }

    [Theory]
    [InlineData("Héllo WÖRLD", "hello world")]
    [InlineData("İıẞ Σ", "iıß σ")]
    [InlineData("a\tb\nc\u00A0d\u3000e", "a b c d e")]
    [InlineData("1\u00002\uFFFD3\u200B\u0007", "123")]
    [InlineData("ah博推", "ah 博  推 ")]
    [InlineData("한", "\u1112\u1161\u11AB")]
    public void Bert_cleans_text(string text, string expected) => Assert.Equal(expected, new BertNormalizer().Apply(text));

    [Fact]
    public void Bert_keeps_accents_exactly_if_it_is_told_to_or_keeps_capitals()
    {
        Assert.Equal("É", new BertNormalizer(lowercase: false).Apply("É"));
        Assert.Equal("E", new BertNormalizer(lowercase: false, stripAccents: true).Apply("É"));
        Assert.Equal("é", new BertNormalizer(stripAccents: false).Apply("É"));
        Assert.Equal("i\u0307", new LowerCase().Apply("İ"));
    }

    // .NET's patterns know UTF-16 halves only, so the oracle is asked about texts without them.
    static readonly Gen<string> TextGen = Gen.Elements("a", "Bc", "é", "世", "9", "½", "Ⅷ", "'", "'s", "'re", "'ll", "'S", " ", "  ", "\n", "\t", "\u00A0", "\u2028",
        "!", "...", "-", "€", "\u0301", "_", "\u200B", "\0", "\u180E", "\u0085").ArrayOf().Select(string.Concat);

    static string[] Words(IWordSplit split, string text)
    {
        List<string> words = [];
        int at = 0;
        string prepared = split.Prepare(text);
        for (ReadOnlySpan<char> word = split.Next(prepared, ref at); !word.IsEmpty; word = split.Next(prepared, ref at)) words.Add(word.ToString());
        return [.. words];
    }

    [Property(MaxTest = 2000)]
    public Property Words_are_those_of_the_published_patterns() => Prop.ForAll(TextGen.ToArbitrary(), text =>
    {
        Assert.Equal(Regex.Matches(text, @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant).Select(match => match.Value),
            Words(new Gpt2Split(), text));
        Assert.Equal(Regex.Matches(text, ClipSplit.Pattern, RegexOptions.CultureInvariant).Select(match => match.Value), Words(new ClipSplit(), text));
        Assert.Equal(text, string.Concat(Words(new Gpt2Split(), text)));
    });

    [Fact]
    public void Letters_outside_the_first_plane_are_letters()
    {
        Assert.Equal([" 𝒲𝒲", " a"], Words(new Gpt2Split(), " 𝒲𝒲 a"));
        Assert.Equal(["𝒲𝒲", "𝟙", "𝟚", "😂"], Words(new ClipSplit(), "𝒲𝒲𝟙𝟚 😂"));
        Assert.Equal(["𐄀", "𝒲"], Words(new BertSplit(), "𐄀𝒲"));                 // U+10100 is punctuation
    }

    [Fact]
    public void Metaspace_marks_words_with_or_without_other_white_space()
    {
        Assert.Equal(["▁a", "▁b", "▁c"], Words(new MetaspaceSplit(), " a  b\nc "));
        Assert.Equal(["▁a", "▁b", "▁", "▁c"], Words(new MetaspaceSplit(), "▁a b ▁▁c"));
        Assert.Equal(["▁a", "▁", "▁b\nc", "▁"], Words(new MetaspaceSplit(anySpace: false), "a  b\nc "));
        Assert.Empty(Words(new MetaspaceSplit(), " \n"));
        Assert.Empty(Words(new MetaspaceSplit(anySpace: false), ""));
    }
}
