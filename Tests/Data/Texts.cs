using System.Text;

namespace NativeSsl.Tests;

public sealed class Texts
{
    static string Decode(byte[] bytes, LineEnds lineEnds = LineEnds.Normalize) => TextCorpus.Decode(bytes, "a.txt", lineEnds);

    [Fact]
    public void A_text_is_read_and_split_by_position()
    {
        using Scratch scratch = new();
        File.WriteAllBytes(scratch.File("a.txt"), [.. "\uFEFF0123456789\r\n"u8]);
        TextCorpus corpus = TextCorpus.Load(scratch.File("a.txt"));
        Assert.Equal(("0123456789\n", "012345678", "9\n"), (corpus.Text, corpus.Train, corpus.Validation));
        Assert.Equal("0123456789\r\n", TextCorpus.Load(scratch.File("a.txt"), lineEnds: LineEnds.Keep).Text);
        Assert.Equal("𝒲", TextCorpus.FromText("a𝒲b", 0.5).Train[1..]);                // never through the middle of a character
        Assert.Equal("", TextCorpus.FromText("abc", 1).Validation);
        Assert.Throws<NativeSslException>(() => TextCorpus.FromText("abc", double.NaN));
        Assert.Equal(BuiltInText.Value, TextCorpus.Load("built-in").Text);
    }

    [Fact]
    public void A_folder_is_read_in_ordinal_order()
    {
        using Scratch scratch = new();
        foreach (string name in new[] { "b.txt", "B.txt", "a.txt", "ä.txt", "c.md" }) File.WriteAllText(scratch.File(name), name);
        Assert.Equal("B.txt\na.txt\nb.txt\nä.txt\n", TextCorpus.Load(scratch.Folder).Text);
        Assert.Contains("no .txt",
            Assert.Throws<MalformedFileException>(() =>
                TextCorpus.Load(Directory.CreateDirectory(scratch.File("empty")).FullName)).Message);
    }

    [Theory]
    [InlineData(new byte[0], "empty")]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF }, "empty")]
    [InlineData(new byte[] { 0xFF, 0xFE, 65, 0 }, "UTF-16")]
    [InlineData(new byte[] { 0xFE, 0xFF, 0, 65 }, "UTF-16")]
    [InlineData(new byte[] { 65, 0xFC, 65 }, "byte 1 (0xFC)")]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 65, 0x80 }, "byte 4 (0x80)")]
    [InlineData(new byte[] { 65, 0xC3 }, "byte 1 (0xC3)")]
    [InlineData(new byte[] { 0xC0, 0x80 }, "byte 0 (0xC0)")]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, "byte 0 (0xED)")]
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 }, "byte 0 (0xF4)")]
    [InlineData(new byte[] { 65, 66, 0xF0, 0x9F, 0x92 }, "byte 2 (0xF0)")]
    public void What_is_not_utf8_is_refused_by_its_byte(byte[] bytes, string said)
    {
        MalformedFileException error = Assert.Throws<MalformedFileException>(() => Decode(bytes));
        Assert.StartsWith("a.txt: ", error.Message);
        Assert.Contains(said, error.Message);
    }

    [Fact]
    public void Cut_and_mutated_texts_raise_nothing_else()
    {
        byte[] text = Encoding.UTF8.GetBytes("Grüße, 世界 𝒲!\r\n");
        for (int length = 0; length < text.Length; length++)
            if (Record.Exception(() => Decode(text[..length])) is { } error) Assert.IsType<MalformedFileException>(error);
        Assert.InRange(Mutations.Try(text, 20_000, bytes => Decode(bytes)), 100, 19_900);
    }
}
