using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace NativeSsl.Tests;

public sealed class Tokenizers
{
    static readonly Gen<string> TextGen =
        Gen.Elements("a", "Z", "\n", "\0", "\"", "\\", "ü", "é", "世", "𝒲", "\uFEFF", "\u2028", "İ", "ı").ArrayOf().Select(string.Concat);

    [Property(MaxTest = 500)]
    public Property Any_text_survives_both() => Prop.ForAll(TextGen.ToArbitrary(), text =>
    {
        ByteTokenizer bytes = new();
        Assert.Equal(text, bytes.Decode(bytes.Encode(text)));
        CharacterTokenizer characters = new(text + "x");
        Assert.Equal(text, characters.Decode(characters.Encode(text)));
        Assert.Equal(characters.Encode(text), Tokenizer.Parse(Encoding.UTF8.GetBytes(characters.ToJson()), "t").Encode(text));
    });

    [Fact]
    public void The_vocabulary_is_sorted_by_scalar_value()
    {
        CharacterTokenizer tokenizer = new("b\uFFFDa𝒲a\nb");
        Assert.Equal("\nab\uFFFD𝒲", string.Concat(tokenizer.Characters));
        Assert.Equal((5, 2, 1), (tokenizer.VocabularySize, tokenizer.Encode("b")[0], tokenizer.Encode("a")[0]));
        Assert.Equal("[97,195,188]", $"[{string.Join(",", new ByteTokenizer().Encode("aü"))}]");
    }

    [Fact]
    public void The_unknown_is_an_error_with_its_place_or_a_chosen_character()
    {
        Assert.Contains("'ü' (U+00FC) at place 3",
            Assert.Throws<MalformedFileException>(() => new CharacterTokenizer("abc").Encode("abcü")).Message);
        Assert.Contains("U+0007 at place 0",
            Assert.Throws<MalformedFileException>(() => new CharacterTokenizer("abc").Encode("\a")).Message);
        CharacterTokenizer tokenizer = new("abc", new Rune('?'));
        Assert.Equal("a??", tokenizer.Decode(tokenizer.Encode("aü𝒲")));
        Assert.Equal("a?", ((CharacterTokenizer)Tokenizer.Parse(Encoding.UTF8.GetBytes(tokenizer.ToJson()), "t")).Decode([1, 0]));
    }

    [Fact]
    public void What_is_no_text_or_no_id_is_refused()
    {
        Assert.Contains("character 1", Assert.Throws<MalformedFileException>(() => new ByteTokenizer().Encode("a\uD800")).Message);
        Assert.Contains("character 1", Assert.Throws<MalformedFileException>(() => new CharacterTokenizer("a\uD800")).Message);
        Assert.Contains("empty", Assert.Throws<MalformedFileException>(() => new CharacterTokenizer("")).Message);
        Assert.Contains("id 256 at 1", Assert.Throws<IndexException>(() => new ByteTokenizer().Decode([0, 256])).Message);
        Assert.Contains("id -1 at 0", Assert.Throws<IndexException>(() => new CharacterTokenizer("ab").Decode([-1])).Message);
        Assert.Equal("\uFFFDa", new ByteTokenizer().Decode([0xFF, 'a']));
        Assert.Throws<NativeSslException>(() => Tokenizer.Create("words", "a"));
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("[]", "object is expected")]
    [InlineData("{}", "'kind' is missing")]
    [InlineData("""{"kind":3}""", "'kind' is 3")]
    [InlineData("""{"kind":"words"}""", "'words'")]
    [InlineData("""{"kind":"byte","characters":"a"}""", "'characters' is unknown")]
    [InlineData("""{"kind":"byte","kind":"byte"}""", "twice")]
    [InlineData("""{"kind":"character"}""", "'characters' is missing")]
    [InlineData("""{"kind":"character","characters":""}""", "is empty")]
    [InlineData("""{"kind":"character","characters":["a"]}""", "'characters' is [\"a\"]")]
    [InlineData("""{"kind":"character","characters":"ba"}""", "not sorted")]
    [InlineData("""{"kind":"character","characters":"aa"}""", "twice")]
    [InlineData("""{"kind":"character","characters":"a\uD800"}""", "not valid JSON")]
    [InlineData("""{"kind":"character","characters":"ab","unknown":"?"}""", "lacks the unknown")]
    [InlineData("""{"kind":"character","characters":"ab","unknown":"ab"}""", "one character")]
    [InlineData("""{"kind":"character","characters":"ab","unknown":""}""", "one character")]
    [InlineData("""{"kind":"character","characters":"ab","extra":1}""", "'extra' is unknown")]
    public void A_file_that_is_no_tokenizer_is_refused(string json, string said)
    {
        MalformedFileException error =
            Assert.Throws<MalformedFileException>(() => Tokenizer.Parse(Encoding.UTF8.GetBytes(json), "tokenizer.json"));
        Assert.StartsWith("tokenizer.json: ", error.Message);
        Assert.Contains(said, error.Message);
    }

    [Fact]
    public void Files_are_read_as_written_and_mutations_raise_nothing_else()
    {
        using Scratch scratch = new();
        CharacterTokenizer tokenizer = new(BuiltInText.Value, new Rune('\uFFFD'));
        tokenizer.Save(scratch.File("tokenizer.json"));
        ITokenizer read = Tokenizer.Load(scratch.File("tokenizer.json"));
        Assert.Equal(tokenizer.ToJson(), read.ToJson());
        Assert.Equal(BuiltInText.Value, read.Decode(tokenizer.Encode(BuiltInText.Value)));
        Mutations.Try(Encoding.UTF8.GetBytes(tokenizer.ToJson()), 20_000, bytes => Tokenizer.Parse(bytes, "t"));
    }
}
