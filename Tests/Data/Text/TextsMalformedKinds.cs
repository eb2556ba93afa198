using System.Text;

namespace NativeSsl.Tests;

/// <summary>Files that are wrong in one way each, with what the error has to say of it.</summary>
public sealed class TextsMalformedKinds
{
    static readonly Dictionary<string, Action<byte[]>> Readers = new()
    {
        ["clinc"] = bytes => Clinc150.Parse(bytes, "bad"),
        ["sick"] = bytes => Sick.Parse(bytes, "bad", Split.Train),
        ["tldr"] = bytes => SciTldr.Parse(bytes, "bad"),
        ["sts"] = bytes => SimilarityPairs.Parse(bytes, "bad"),
        ["tatoeba"] = bytes => Tatoeba.Parse(bytes, "bad"),
        ["wiki"] = bytes => WikiText.Parse(bytes, "bad"),
        ["polarity"] = bytes => SentencePolarity.Parse(bytes, "bad"),
    };

    static readonly Dictionary<string, string> Good = new()
    {
        ["clinc"] = TextReadersTests.Clinc, ["sick"] = TextReadersTests.SickFile, ["tldr"] = TextReadersTests.Tldr, ["sts"] = "3.6\tA cat.\tA dog.\n0\tx\ty\n",
        ["tatoeba"] = "Hi!\tSalut !\nHi!\tBonjour !\n", ["wiki"] = " \n = One = \n \n First . \n", ["polarity"] = "good\nbad\n",
    };

    public static TheoryData<string> All => [.. Kinds.Keys];

    [Theory, MemberData(nameof(All))]
    public void Is_refused_with_file_place_and_reason(string kind)
    {
        (byte[] file, string reason) = Kinds[kind];
        MalformedFileException error = Assert.Throws<MalformedFileException>(() => Readers[kind[..kind.IndexOf(':')]](file));
        Assert.StartsWith("bad", error.Message);
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void There_are_at_least_eight_kinds_for_each_reader() =>
        Assert.All(Readers.Keys, reader => Assert.InRange(Kinds.Keys.Count(kind => kind.StartsWith(reader + ":", StringComparison.Ordinal)), 8, 100));

    [Fact]
    public void The_good_files_are_taken()
    {
        Assert.Equal(Readers.Keys.Order(), Good.Keys.Order());
        foreach ((string reader, Action<byte[]> read) in Readers) read(Encoding.UTF8.GetBytes(Good[reader]));
    }

    [Fact]
    public void Random_damage_raises_nothing_else()
    {
        foreach ((string reader, Action<byte[]> read) in Readers)
            Assert.InRange(Mutations.Try(Encoding.UTF8.GetBytes(Good[reader]), 5_000, read), 1, 4_900);
    }

    static Dictionary<string, (byte[] File, string Reason)> Kinds { get; } = Collect();

    static Dictionary<string, (byte[], string)> Collect()
    {
        Dictionary<string, (byte[], string)> kinds = [];
        foreach (string reader in Readers.Keys)
        {
            kinds[$"{reader}: empty"] = ([], "empty");
            string good = Good[reader];
            kinds[$"{reader}: Latin-1"] = (Encoding.Latin1.GetBytes(good.Replace('a', '\u00E4').Replace('o', '\u00F6').Replace('F', '\u00F6')), "UTF-8");
            kinds[$"{reader}: UTF-16"] = ([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(good)], reader == "clinc" ? "UTF-8" : "UTF-16");
            if (reader is not ("clinc" or "tldr"))
                kinds[$"{reader}: an escape"] = (Encoding.UTF8.GetBytes(good + (reader is "sts" ? "3\ta\u001bb\tc" : reader == "tatoeba" ? "a\u001bb\tc"
                    : reader == "sick" ? "8\ta\u001bb\tc\t3\tNEUTRAL" : "a\u001bb")), "control character U+001B");
        }
        void Add(string kind, string reason, string old, string with)
        {
            string good = Good[kind[..kind.IndexOf(':')]];
            Assert.Contains(old, good);
            int place = good.IndexOf(old, StringComparison.Ordinal);
            kinds[kind] = (Encoding.UTF8.GetBytes(good[..place] + with + good[(place + old.Length)..]), reason);
        }
        Add("clinc: cut", "line 2: it is not valid JSON", "[\"when\"", "[\"wh");
        Add("clinc: a list is missing", "list 'val' is missing", "\"val\": [[\"book a flight\", \"travel\"]], ", "");
        Add("clinc: a list twice", "line 1: the list 'val' stands there twice", "\"test\"", "\"val\"");
        Add("clinc: an unknown list", "line 2: the list 'oos' is unknown", "oos_val", "oos");
        Add("clinc: an unknown intent", "'food' of list 'val' does not occur", "flight\", \"travel", "flight\", \"food");
        Add("clinc: out of scope in train", "line 1: the intent 'oos' stands in list 'train'", "joke\", \"fun", "joke\", \"oos");
        Add("clinc: in scope in oos_val", "line 2: the intent 'fun' stands in list 'oos_val'", "it\", \"oos", "it\", \"fun");
        Add("clinc: three texts", "line 1: a pair of a text and its intent", "\"tell a joke\", ", "\"tell a joke\", \"x\", ");
        Add("clinc: one text", "line 2: a pair of a text and its intent", "[\"why\", \"oos\"]", "[\"why\"]");
        Add("clinc: a number", "line 2: a pair of a text and its intent", "\"why\"", "7");
        Add("clinc: an empty list", "line 2: the list 'oos_train' is empty", "[\"who won\", \"oos\"]", "");
        Add("clinc: a blank text", "is blank", "\"why\"", "\"  \"");
        Add("clinc: a control character", "U+0000", "\"why\"", "\"a\\u0000\"");
        Add("clinc: half a surrogate pair", "not valid JSON", "\"why\"", "\"\\ud800\"");
        Add("clinc: no object", "an object of six lists", "{\"train\": ", "[");
        Add("clinc: something behind", "not valid JSON", "[\"when\", \"oos\"]]}", "[\"when\", \"oos\"]]} x");
        Add("clinc: text in place of a list", "a list of pairs is expected", "[[\"who won\", \"oos\"]]", "\"oos\"");
        Add("sick: no header", "line 1: it is '1", Good["sick"][..(Good["sick"].IndexOf('\n') + 1)], "");
        Add("sick: another header", "line 1: it is 'ID", "pair_ID", "ID");
        Add("sick: nothing behind the header", "line 1: no pairs follow", Good["sick"][Good["sick"].IndexOf("1\t", StringComparison.Ordinal)..], "");
        Add("sick: a field missing", "line 2: it has 4 fields; 5", "\t4.9", "");
        Add("sick: a field too many", "line 3: it has 6 fields", "No dog", "No\tdog");
        Add("sick: an identifier twice", "line 3: pair_ID is '1'", "7\t", "1\t");
        Add("sick: no identifier", "line 3: pair_ID is 'x'", "7\t", "x\t");
        Add("sick: a comma in a score", "line 2: the score is '4,9'", "4.9", "4,9");
        Add("sick: a score too high", "line 2: the score is '5.1'", "4.9", "5.1");
        Add("sick: a score too low", "line 2: the score is '0.9'", "4.9", "0.9");
        Add("sick: no number", "line 2: the score is 'NaN'", "4.9", "NaN");
        Add("sick: an unknown judgment", "line 2: entailment_judgment is 'entailment'", "ENTAILMENT", "entailment");
        Add("sick: a blank sentence", "line 2: sentence_A is blank", "A dog runs\tA", " \tA");
        Add("sick: an empty line", "line 3: it is empty", "7\t", "\r\n7\t");
        Add("tldr: no JSON", "bad, line 2: it is not valid JSON", "{\"target\"", "x");
        Add("tldr: a list", "bad, line 2: a JSON object", "{\"target\": [\"One.\", \"Two.\"], \"source\": [\"Deep.\"]}", "[]");
        Add("tldr: no source", "line 2: field 'source' is missing", ", \"source\": [\"Deep.\"]", "");
        Add("tldr: a text as source", "line 2: field 'source' is \"Deep.\"", "[\"Deep.\"]", "\"Deep.\"");
        Add("tldr: a number in source", "line 2: field 'source' holds 3", "\"Deep.\"", "3");
        Add("tldr: no sentences", "line 2: field 'source' holds no text", "\"Deep.\"", "");
        Add("tldr: blank sentences", "line 2: field 'source' holds no text", "Deep.", " ");
        Add("tldr: no summary", "line 2: field 'target' holds no text", "\"One.\", \"Two.\"", "");
        Add("tldr: an unknown field", "line 1: field 'name' is unknown", "\"title\"", "\"name\"");
        Add("tldr: a field twice", "line 2: field 'source' stands there twice", "\"target\": [\"One.\", \"Two.\"]", "\"source\": []");
        Add("tldr: an empty line", "line 2: it is empty", "\n{\"target", "\n\n{\"target");
        Add("tldr: half a surrogate pair", "line 2", "Deep.", "\\udc00");
        Add("sts: no score", "line 2: the score is 'zero'", "0\t", "zero\t");
        Add("sts: a score too high", "line 1: the score is '5.5'", "3.6", "5.5");
        Add("sts: a negative score", "line 1: the score is '-1'", "3.6", "-1");
        Add("sts: an exponent", "line 1: the score is '1e0'", "3.6", "1e0");
        Add("sts: two fields", "line 2: it has 2 fields; 3", "x\ty", "x y");
        Add("sts: four fields", "line 2: it has 4 fields; 3", "x\ty", "x\ty\tz");
        Add("sts: a blank sentence", "line 2: second sentence is blank", "x\ty", "x\t ");
        Add("sts: an empty line", "line 2: it is empty", "0\t", "\n0\t");
        Add("sts: commas", "line 1: it has 1 fields", "3.6\tA cat.\tA dog.", "3.6,A cat.,A dog.");
        Add("tatoeba: one field", "line 2: it has 1 fields; 2", "Hi!\tB", "Hi! B");
        Add("tatoeba: three fields", "line 1: it has 3 fields; 2", "Salut !", "Salut\t!");
        Add("tatoeba: a blank sentence", "line 1: sentence is blank", "Hi!", " ");
        Add("tatoeba: a blank translation", "line 1: translation is blank", "Salut !", "\u00A0");
        Add("tatoeba: a pair twice", "line 2: the pair 'Hi!\tSalut !' stood there before", "Bonjour", "Salut");
        Add("tatoeba: an empty line", "line 2: it is empty", "\nHi!", "\n\nHi!");
        Add("tatoeba: a zero byte", "U+0000", "Salut", "Sa\0ut");
        Add("wiki: no title", "line 2: 'One' stands before the first title", "= One =", "One");
        Add("wiki: a paragraph before the title", "line 1: 'x' stands before", " \n =", "x\n\n =");
        Add("wiki: a section before the title", "line 2: '= = One = =' stands before", "= One =", "= = One = =");
        Add("wiki: no paragraphs", "line 2: the article 'One' has no paragraphs", "First .", "");
        Add("wiki: a zero byte", "line 4: the line holds the control character U+0000", "First", "\0");
        Add("wiki: a title only half marked", "line 2: '= One' stands before", "One =", "One");
        kinds["wiki: blank"] = ([.. " \n\n \n"u8], "nothing follows but blank lines");
        kinds["wiki: a second article without text"] = ([.. " = One = \n\n Text . \n\n = Two = \n"u8], "line 5: the article 'Two' has no paragraphs");
        Add("polarity: an empty line", "line 2: the sentence is blank", "\nbad", "\n\nbad");
        Add("polarity: a blank line", "line 1: the sentence is blank", "good", " \u00A0 ");
        Add("polarity: a zero byte", "line 1: the sentence holds the control character U+0000", "good", "go\0d");
        Add("polarity: a lone return", "line 1: the sentence holds the control character U+000D", "good", "go\rod");
        Add("polarity: an unknown mark", "line 1: the sentence holds the control character U+0080", "good", "go\u0080d");
        Add("polarity: a delete", "U+007F", "good", "go\u007Fd");
        return kinds;
    }
}
