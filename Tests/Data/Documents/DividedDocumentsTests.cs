using FsCheck;
using FsCheck.Xunit;

namespace NativeSsl.Tests.Data;

/// <summary>What is kept apart is kept from the tokenizer too.</summary>
public sealed class DividedDocumentsTests : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    static int[] Letters(string text) => [.. text.Select(c => (int)c)];

    static string Joined(IEnumerable<Passage> passages) => string.Concat(passages.Select(passage => passage.Text));

    Documents Folder(params string[] texts)
    {
        for (int i = 0; i < texts.Length; i++) File.WriteAllText(_scratch.File($"{(char)('a' + i)}.txt"), texts[i]);
        return Documents.Load(_scratch.Folder);
    }

    [Theory]
    [InlineData("tenth", 1, "Gamma."), InlineData("last", 1, "Gamma."), InlineData("a.txt", 1, "Alpha."), InlineData("b.txt", 1, "Beta. More."), InlineData("tenth", 2, "Beta. More. Gamma.")]
    public void Both_parts_are_those_of_the_tokens(string heldOut, int least, string kept)
    {
        var divided = new DividedDocuments(Folder("Alpha.", "Beta. More.", "Gamma."), heldOut, least);
        Agree(divided, longest: 3);
        Assert.Equal(kept.Replace(" ", "", StringComparison.Ordinal), Joined(divided.HeldOut()));
        Assert.Equal("Alpha.Beta.More.Gamma.".Replace(Joined(divided.HeldOut()), "", StringComparison.Ordinal), Joined(divided.Training()));
    }

    // Sentences of very different lengths, the long ones cut into segments: a tenth of the segments is not a tenth of the sentences.
    [Property]
    public void Of_a_single_document_too(PositiveInt[] lengths, bool inLines)
    {
        if (lengths.Length < 2) return;
        Documents documents = Documents.FromText(string.Join('\n', lengths.Select((length, i) => new string((char)('a' + i % 26), length.Get))), DocumentBreaks.Files);
        var divided = new DividedDocuments(inLines ? documents.InLines() : documents);
        Agree(divided, longest: 4);
        Assert.Equal(Math.Max(1, lengths.Length / 10), divided.HeldOut().Count());
        Assert.Equal(documents.Passages().Count(), divided.Training().Count() + divided.HeldOut().Count());
    }

    static void Agree(DividedDocuments divided, int longest)
    {
        (DocumentSet train, DocumentSet heldOut) = divided.Divide(TokenStore.InMemory(divided.Documents.Passages(), Letters, longest));
        Assert.Equal(Letters(Joined(divided.Training())), train.Tokens());
        Assert.Equal(Letters(Joined(divided.HeldOut())), heldOut.Tokens());
    }

    [Theory]
    [InlineData("bpe"), InlineData("wordpiece"), InlineData("unigram")]
    public void A_tokenizer_learns_nothing_of_what_is_kept_apart(string name)
    {
        string own = string.Concat(Enumerable.Repeat("the weather was fine and the sea was calm. ", 30)), other = string.Concat(Enumerable.Repeat("zyzzyva quokka. ", 300));
        Folder(own, own, own, "placeholder");
        string Learned(string last, string heldOut)
        {
            File.WriteAllText(_scratch.File("d.txt"), last);
            return new DividedDocuments(Documents.Load(_scratch.Folder), heldOut).NewTokenizer(name, 330).ToJson();
        }
        Assert.Equal(Learned("nothing in particular", "tenth"), Learned(other, "tenth"));
        Assert.NotEqual(Learned("nothing in particular", "a.txt"), Learned(other, "a.txt"));                   // it would have been seen
        // A single document: its last sentences are not read either.
        string Single(string last) => new DividedDocuments(Documents.FromText(string.Join('\n', Enumerable.Repeat(own, 9).Append(last)), DocumentBreaks.Files)).NewTokenizer(name, 330).ToJson();
        Assert.Equal(Single("nothing"), Single("zyzzyva quokka " + new string('z', 3000)));
    }

    [Fact]
    public void An_alphabet_is_that_of_all_documents() =>
        Assert.Equal([0, 1, 2, 3], new DividedDocuments(Folder("ab", "ba", "cd")).NewTokenizer("character", 1).Encode("abcd"));

    [Fact]
    public void A_single_sentence_is_too_little_and_a_file_by_another_name_is_named()
    {
        Assert.Contains("single sentence", Assert.Throws<NativeSslException>(() => new DividedDocuments(Documents.FromText("one line"))).Message, StringComparison.Ordinal);
        Documents two = Folder("Alpha.", "Beta.");
        Assert.Contains("a.txt, b.txt", Assert.Throws<NativeSslException>(() => new DividedDocuments(two, "c.txt").Training()).Message, StringComparison.Ordinal);
        Assert.Contains("nothing is left", Assert.Throws<NativeSslException>(() => new DividedDocuments(Documents.FromText("one. Two."), "text").Training()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_come_whole_with_the_blank_lines_before_them()
    {
        Documents documents = Folder("\n\n  One. Two \r\n\n\nThree.\nFive.\n\n", "Four");
        Assert.Equal([(0, "  One. Two \n"), (0, "\n\nThree.\n"), (0, "Five.\n"), (1, "Four\n")], documents.InLines().Passages().Select(passage => (passage.Document, passage.Text)));
        Assert.Equal([(0, "One."), (0, "Two"), (0, "Three."), (0, "Five."), (1, "Four")], documents.Passages().Select(passage => (passage.Document, passage.Text)));
        // At blank lines another document begins, so none is within one.
        Assert.Equal([(0, "One. Two \n"), (1, "Three.\n")], Documents.FromText("One. Two \n\n\nThree.").InLines().Passages().Select(passage => (passage.Document, passage.Text)));
    }

    [Fact]
    public void Of_lines_with_tabs_each_is_a_document_of_two_or_three_sentences()
    {
        Documents documents = Folder("= A =\tOne. Two.\n\n B \tc\n", "d\te\r\n").InFields();
        Assert.Equal([(0, "= A ="), (0, "One. Two."), (1, "B"), (1, "c"), (2, "d"), (2, "e")], documents.Passages().Select(passage => (passage.Document, passage.Text)));
        var divided = new DividedDocuments(documents);
        Assert.Equal([["= A =", "One. Two.", "B", "c"], ["d", "e"]], new[] { divided.Training(), divided.HeldOut() }.Select(part => part.Select(passage => passage.Text)));
        Assert.Equal(["a", "b", "c", "d", "e", "f"], Documents.FromText("a\tb\tc\nd\te\tf").InFields().Passages().Select(passage => passage.Text));
    }

    [Theory]
    [InlineData("a\tb\nc\td\te", "line 2 has 3 sentences", "the first has 2")]
    [InlineData("a\tb\n\n\nc\t ", "line 4 has 1 sentences", "the first has 2")]
    [InlineData("one\ntwo", "line 1 has 1 sentences", "two are needed, or three")]
    [InlineData("a\tb\tc\td", "line 1 has 4 sentences", "two are needed, or three")]
    public void A_line_of_more_or_fewer_sentences_is_named(string text, params string[] said)
    {
        File.WriteAllText(_scratch.File("a.tsv"), text);
        string message = Assert.Throws<MalformedFileException>(() => Documents.Load(_scratch.File("a.tsv")).InFields().Passages().Count()).Message;
        Assert.All(said.Append("a.tsv"), words => Assert.Contains(words, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Lines_sentences_and_cuts_are_told_apart_where_tokens_are_kept()
    {
        Documents documents = Folder("One. Two.\nThree.");
        var cache = new TokenCache(_scratch.File("tokens"), memoryBytes: 0);
        int Segments(Documents some)
        {
            using TokenStore store = cache.Read(some, new ByteTokenizer(), 100);
            return store.SegmentCount + 100 * store.DocumentCount;
        }
        Assert.Equal([103, 102, 203, 202], new[] { documents, documents.InLines(), documents.CutAt(1), documents.InLines().CutAt(1) }.Select(Segments));
    }
}
