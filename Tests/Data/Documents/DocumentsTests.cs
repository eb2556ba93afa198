using System.Text;

namespace NativeSsl.Tests.Data;

public sealed class DocumentsTests : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    static string Show(Documents documents) => string.Join('\n', documents.Passages().Select(passage => $"{passage.Document} {passage.Text}"));

    string Put(string name, string text)
    {
        File.WriteAllText(_scratch.File(name), text);
        return _scratch.File(name);
    }

    [Fact]
    public void Blank_lines_divide_a_single_file_and_blank_documents_do_not_count() =>
        Assert.Equal("0 One.\n0 Two is here.\n1 Three.\n2 four", Show(Documents.Load(Put("a.txt", "\n\n  \nOne. Two is here.\r\n\r\n\n \t\nThree.\n\nfour"))));

    [Fact]
    public void In_a_folder_a_file_is_a_document_and_files_about_the_data_are_none()
    {
        foreach ((string name, string text) in new[] { ("b.txt", "Beta.\n\nMore."), ("a.txt", "Alpha."), ("NOTICE.txt", "Public domain."), ("c.txt", "\n\n"), ("d.csv", "x"), ("e.txt", "Echo.") })
            Put(name, text);
        Documents documents = Documents.Load(_scratch.Folder);
        Assert.Equal("0 Alpha.\n1 Beta.\n1 More.\n2 Echo.", Show(documents));
        Assert.Equal(["a.txt", "b.txt", "c.txt", "e.txt"], documents.Sources);
        Assert.Equal("0 Alpha.\n1 Beta.\n2 More.\n3 Echo.", Show(Documents.Load(_scratch.Folder, DocumentBreaks.BlankLines)));
        Assert.Equal(["a.txt", "b.txt", "b.txt", "e.txt"], documents.Passages().Select(passage => passage.Source));
    }

    [Fact]
    public void Titles_divide_articles_and_headings_do_not()
    {
        string article = " \n = Robert Boulter = \n \n An actor . \n = = Career = = \n He acted . \n \n = Du Fu = \n A poet . \n";
        string[] expected = ["0 = Robert Boulter =", "0 An actor .", "0 = = Career = =", "0 He acted .", "1 = Du Fu =", "1 A poet ."];
        Assert.Equal(expected, Show(Documents.Load(Put("wiki.tokens", article))).Split('\n'));
        Assert.Equal(expected, Show(Documents.Load(_scratch.Folder)).Split('\n'));
        Assert.Equal("0 x = y =\n1 = Du Fu =", Show(Documents.FromText("x = y =\n\n= Du Fu =")));             // the first line is none: blank lines divide
    }

    [Theory]
    [InlineData("It rained. He left.", "It rained.|He left.")]
    [InlineData("Mr. Darcy met J. Smith of St. Ives. They spoke.", "Mr. Darcy met J. Smith of St. Ives.|They spoke.")]
    [InlineData("“Oh dear!” said she. “I shall be late!” Then she ran.", "“Oh dear!” said she.|“I shall be late!”|Then she ran.")]
    [InlineData("What?! No... yes 3.14 is pi", "What?!|No... yes 3.14 is pi")]
    [InlineData("So did I. He too.", "So did I.|He too.")]
    [InlineData("  ", "")]
    [InlineData("...", "...")]
    public void Sentences_end_where_another_begins(string text, string sentences) => Assert.Equal(sentences, string.Join('|', Sentences.Split(text)));

    [FsCheck.Xunit.Property]
    public bool No_letter_is_lost_between_sentences(FsCheck.NonNull<string> text, bool[] ends)
    {
        string paragraph = string.Concat(text.Get.Select((c, i) => i < ends.Length && ends[i] ? $"{c}. A" : $"{c}"));
        static string Letters(string some) => string.Concat(some.Where(c => !char.IsWhiteSpace(c)));
        return Letters(paragraph) == Letters(string.Concat(Sentences.Split(paragraph)));
    }

    [Theory]
    [InlineData(3), InlineData(4), InlineData(7), InlineData(8), InlineData(64)]
    public void Lines_are_read_through_a_buffer_of_any_size(int buffer)
    {
        string[] lines = ["alpha beta", "", "γδέ ζητα", "🙂🙂🙂🙂", "no-space-in-this-line", "last"];
        string path = _scratch.File("lines.txt");
        File.WriteAllText(path, string.Join("\r\n", lines), new UTF8Encoding(encoderShouldEmitUTF8Identifier: buffer >= 4));
        int longest = Math.Max(buffer, 4);                                  // a character needs up to four bytes
        static string Squeezed(IEnumerable<string> parts) => string.Concat(parts).Replace("\r", "", StringComparison.Ordinal);
        Assert.Equal(Squeezed(lines), Squeezed(TextLines.Read(path, longest: longest)));
        if (buffer == 64) Assert.Equal(lines, TextLines.Read(path, longest: buffer));
    }

    [Theory]
    [InlineData(new byte[] { 65, 66, 10, 0xE9, 33 }, "byte 3 (0xE9) is not UTF-8")]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 65, 0xC3 }, "byte 4 (0xC3) is not UTF-8")]
    [InlineData(new byte[] { 0xFF, 0xFE, 65, 0 }, "UTF-16")]
    [InlineData(new byte[] { 65, 10, 0xED, 0xA0, 0x80 }, "byte 2 (0xED)")]
    [InlineData(new byte[] { 10, 32, 13, 10 }, "there is no word")]
    [InlineData(new byte[0], "there is no word")]
    public void What_is_not_text_is_said_with_its_place(byte[] bytes, string said)
    {
        File.WriteAllBytes(_scratch.File("bad.txt"), bytes);
        MalformedFileException error = Assert.Throws<MalformedFileException>(() => Documents.Load(_scratch.File("bad.txt")).Passages().Count());
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.Equal(_scratch.File("bad.txt"), error.File);
    }

    [Fact]
    public void A_missing_file_and_a_folder_without_text_are_refused_at_once()
    {
        Assert.Throws<MalformedFileException>(() => Documents.Load(_scratch.File("none.txt")));
        Assert.Contains("no .txt files", Assert.Throws<MalformedFileException>(() => Documents.Load(_scratch.Folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_byte_in_a_large_file_is_found_at_its_place()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("A line of some length.\n", 100_000)));
        bytes[2_000_003] = 0xFF;
        File.WriteAllBytes(_scratch.File("large.txt"), bytes);
        Assert.Contains("byte 2000003 ", Assert.Throws<MalformedFileException>(() => Documents.Load(_scratch.File("large.txt")).Passages().Count()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_built_in_text_has_many_documents_and_progress_reaches_the_end()
    {
        Assert.InRange(Documents.Load("built-in").Passages().Last().Document, 1200, 2000);
        string path = Put("p.txt", string.Concat(Enumerable.Repeat("Some words.\n", 200_000)));
        var seen = new Seen();
        Assert.Equal(200_000, Documents.Load(path).Passages(seen).Count());
        Assert.Equal(new FileInfo(path).Length, seen.Last);
        Assert.True(seen.Times > 1);
    }

    sealed class Seen : IProgress<long>
    {
        public long Last;
        public int Times;
        public void Report(long value) => (Last, Times) = (value, Times + 1);
    }

    [DataFact("gutenberg")]
    public void Twelve_books_are_twelve_documents()
    {
        Documents books = Documents.Load(Path.Combine(DataFactAttribute.Folder!, "gutenberg"));
        Passage[] passages = [.. books.Passages()];
        Assert.Equal(12, passages[^1].Document + 1);
        Assert.Equal("Treasure-Island_120.txt", passages[^1].Source);
        Assert.InRange(passages.Average(passage => (double)passage.Text.Length), 60, 160);
    }

    [DataFact("wikitext2_valid")]
    public void Sixty_articles_are_sixty_documents() =>
        Assert.Equal(60, Documents.Load(Path.Combine(DataFactAttribute.Folder!, "wikitext2_valid")).Passages().Last().Document + 1);
}
