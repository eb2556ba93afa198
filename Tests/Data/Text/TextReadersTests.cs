using System.Text;
using FsCheck.Xunit;

namespace NativeSsl.Tests;

/// <summary>Small files of every kind, and the real ones where they are.</summary>
public sealed class TextReadersTests
{
    static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    static string Real(params string[] path) => Path.Combine([DataFactAttribute.Folder!, .. path]);

    internal const string Clinc = """
        {"train": [["fly me home", "travel"], ["tell a joke", "fun"]], "val": [["book a flight", "travel"]], "test": [["be funny", "fun"]],
         "oos_train": [["who won", "oos"]], "oos_val": [["how tall is it", "oos"]], "oos_test": [["why", "oos"], ["when", "oos"]]}
        """;

    internal const string SickFile = "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment\r\n"
        + "1\tA dog runs\tA dog is running\t4.9\tENTAILMENT\r\n7\tA dog runs\tNo dog runs\t3\tCONTRADICTION\r\n";

    internal const string Tldr = """
        {"source": ["We do it.", "  ", "It\nworks."], "source_labels": [1, 0, 0], "rouge_scores": [0.5], "paper_id": "x", "target": ["It works."], "title": "T"}
        {"target": ["One.", "Two."], "source": ["Deep."]}
        """;

    [Fact]
    public void Clinc_has_classes_of_the_training_list_in_order()
    {
        Clinc150 set = Clinc150.Parse(Bytes("\uFEFF" + Clinc), "c.json");
        Assert.Equal(["fun", "travel"], set.InScope.Train.Classes);
        Assert.Equal([1, 0], set.InScope.Train.Labels);
        Assert.Equal(["fly me home", "tell a joke"], set.InScope.Train.Texts);
        Assert.Equal((1, 0), (set.InScope.Validation.Labels[0], set.InScope.Test.Labels[0]));
        Assert.Equal((Split.Train, Split.Train, Split.Test), (set.InScope.Train.Split, set.InScope.Validation.Split, set.InScope.Test.Split));
        Assert.Equal(["why", "when"], set.OutOfScope.Test);
        Assert.Equal((1, 1), (set.OutOfScope.Train.Count, set.OutOfScope.Validation.Count));
    }

    [Fact]
    public void Sick_is_pairs_with_scores_and_the_same_pairs_with_classes()
    {
        Sick set = Sick.Parse(Bytes(SickFile), "s.txt", Split.Test);
        Assert.Equal([4.9, 3.0], set.Relatedness.Scores);
        Assert.Equal([1, 0], set.Entailment.Labels);
        Assert.Equal("entailment", set.Entailment.Classes[1]);
        Assert.Equal("A dog is running", Assert.Single(set.Entailed.Seconds));
        Assert.Equal(["A dog is running", "No dog runs"], set.Relatedness.Seconds);
        Assert.Equal(set.Relatedness.Seconds, set.Entailment.Seconds);
        Assert.Equal(Split.Test, set.Entailment.Split);
    }

    [Fact]
    public void Summaries_lose_blank_sentences_and_line_ends_within()
    {
        Summaries set = SciTldr.Parse(Bytes(Tldr), "t.jsonl");
        Assert.Equal(["We do it.", "It works."], set.Sources[0]);
        Assert.Equal(["One.", "Two."], set.Targets[1]);
        Assert.Equal(["We do it.", "Deep."], set.Lead());
        Assert.Equal(["We do it. It works.", "Deep."], set.Lead(5));
        Assert.Throws<NativeSslException>(() => set.Lead(0));
    }

    [Fact]
    public void Similarity_and_translations_are_lines_with_tabs()
    {
        TextPairs pairs = SimilarityPairs.Parse(Bytes("3.6\tA cat.\tA dog.\n0\tx\ty"), "s.tsv");
        Assert.Equal((2, 3.6, "A dog.", "x"), (pairs.Count, pairs.Scores![0], pairs.Seconds[0], pairs.Firsts[1]));
        TextPairs translations = Tatoeba.Parse(Bytes("Hi!\tSalut !\nHi!\tBonjour !\nGo.\tSalut !\nNo.\tNon."), "t.tsv");
        Assert.Null(translations.Scores);
        Assert.Equal(["Hi!", "No."], translations.Distinct().Firsts);
        Assert.Equal(["Salut !", "Non."], translations.Distinct().Seconds);
    }

    [Fact]
    public void Articles_begin_at_titles_and_equations_are_no_headings()
    {
        IReadOnlyList<WikiArticle> articles = WikiText.Parse(Bytes(
            " \n = One = \n \n First . \n x = y \n = = Part = = \n\n = = = Deeper = = = \n\n Second = . \n\n = Two = Three = \n\n Third . \n"), "w.tokens");
        Assert.Equal(["One", "Two = Three"], articles.Select(article => article.Title));
        Assert.Equal(["First .", "x = y", "= = Part = =", "Second = ."], articles[0].Paragraphs);        // no blank line before it: not a heading
        Assert.Equal(["Third ."], articles[1].Paragraphs);
    }

    [Fact]
    public void Windows_marks_become_what_they_meant()
    {
        Assert.Equal(["a ‘b’ – c", "d—e f"], SentencePolarity.Parse(Bytes("a \u0091b\u0092 \u0096 c \nd\u0097e\u0085f\n"), "p"));
        Assert.Contains("line 2", Assert.Throws<MalformedFileException>(() => SentencePolarity.Parse(Bytes("a\nb\u0081\n"), "p")).Message);
        Assert.Contains("'same'", Assert.Throws<MalformedFileException>(() => SentencePolarity.Of(["a", "same"], ["same"], "folder")).Message);
    }

    [Property(MaxTest = 200)]
    public void Where_a_text_goes_depends_on_its_characters_alone(string? text) =>
        Assert.Equal(HashSplit.Of(text ?? ""), HashSplit.Of($"  {text} "));

    [Fact]
    public void Parts_have_their_shares()
    {
        string[] texts = [.. Enumerable.Range(0, 20_000).Select(i => $"text {i}")];
        TextParts<int[]> places = HashSplit.Places(texts);
        Assert.InRange(places.Train.Length, 15_800, 16_200);                                    // three deviations are 170
        Assert.InRange(places.Validation.Length, 1_870, 2_130);
        Assert.Equal(Enumerable.Range(0, 20_000), places.Train.Concat(places.Validation).Concat(places.Test).Order());
        // SHA-256("abc") = ba7816bf 8f01cfea 414140de 5dae2223 …, FIPS 180-2, appendix B.1: 0x414140de / 2³² = 0.2549.
        Assert.Equal((0, 1, 2), (HashSplit.Of("abc", 0.2550, 0.1), HashSplit.Of("abc", 0.2548, 0.1), HashSplit.Of("abc", 0.1, 0.1)));
        Assert.Throws<NativeSslException>(() => HashSplit.Of("a", 0.9, 0.2));
        Assert.Throws<NativeSslException>(() => HashSplit.Of("a", double.NaN, 0.2));
    }

    [Fact]
    public void Sets_that_do_not_fit_themselves_are_refused()
    {
        Assert.Throws<ShapeException>(() => new LabelledTexts("x", Split.Train, ["a"], [0, 1], ["c", "d"]));
        Assert.Throws<ShapeException>(() => new LabelledTexts("x", Split.Train, ["a"], [2], ["c", "d"]));
        Assert.Throws<ShapeException>(() => new LabelledTexts("x", Split.Train, ["a"], [1], ["c", "d"], []));
        Assert.Throws<ShapeException>(() => new TextPairs("x", ["a"], []));
        Assert.Throws<ShapeException>(() => new TextPairs("x", ["a"], ["b"], []));
        LabelledTexts set = new("x", Split.Test, ["a", "b"], [0, 1], ["c", "d"], ["e", "f"]);
        Assert.Throws<IndexException>(() => set.Take([2]));
        Assert.Throws<IndexException>(() => new TextPairs("x", ["a"], ["b"]).Take([-1]));
        Assert.Equal(("b", "f", 1), (set.Take([1]).Texts[0], set.Take([1]).Seconds![0], set.Take([1]).Labels[0]));
        Assert.Contains("test split", Assert.Throws<NativeSslException>(() => set.ForLearning("X")).Message);
        Assert.Throws<NativeSslException>(() => new LabelledTexts("x", Split.Train, [], [], []).ForLearning("X"));
        Assert.Throws<ShapeException>(() => set.Accuracy([0]));
        Assert.Equal(0.5, set.Accuracy([1, 1]));
        Assert.Equal(["a0", "b1"], set.WithTexts((text, i) => $"{text}{i}").Texts);
        Assert.Equal(["e2", "f3"], set.WithTexts((text, i) => $"{text}{i}").Seconds);
    }

    [DataFact("clinc150")]
    public void The_real_clinc()
    {
        Clinc150 set = Clinc150.Read(Real("clinc150", "data_full.json"));
        Assert.Equal((15_000, 3_000, 4_500), (set.InScope.Train.Count, set.InScope.Validation.Count, set.InScope.Test.Count));
        Assert.Equal((100, 100, 1_000), (set.OutOfScope.Train.Count, set.OutOfScope.Validation.Count, set.OutOfScope.Test.Count));
        Assert.All(Enumerable.Range(0, 150), c => Assert.Equal(100, set.InScope.Train.Labels.Count(label => label == c)));
        Assert.Equal("translate", set.InScope.Train.Classes[set.InScope.Train.Labels[0]]);
    }

    [DataFact("sick")]
    public void The_real_sick()
    {
        TextParts<Sick> set = Sick.Read(Real("sick"));
        Assert.Equal((4_500, 500, 4_927), (set.Train.Relatedness.Count, set.Validation.Relatedness.Count, set.Test.Relatedness.Count));
        Assert.Equal([665, 1_299, 2_536], Enumerable.Range(0, 3).Select(c => set.Train.Entailment.Labels.Count(label => label == c)));
        Assert.Equal(3.3, set.Test.Relatedness.Scores![0]);
    }

    [DataFact("sentence_polarity")]
    public void The_real_polarity()
    {
        TextParts<LabelledTexts> set = SentencePolarity.Read(Real("sentence_polarity"));
        LabelledTexts[] parts = [set.Train, set.Validation, set.Test];
        Assert.Equal((10_662, 5_331), (parts.Sum(part => part.Count), parts.Sum(part => part.Labels.Sum())));
        Assert.Equal(10_662, parts.SelectMany(part => part.Texts).Distinct().Count());
        Assert.InRange(set.Test.Count, 970, 1_170);
        Assert.DoesNotContain(parts.SelectMany(part => part.Texts), text => text.Any(c => c is >= '\x7F' and <= '\x9F'));
        Assert.Equal((Split.Train, Split.Test), (set.Validation.Split, set.Test.Split));
    }

    [DataFact("tatoeba_eng_fra")]
    public void The_real_translations_have_no_english_sentence_in_two_parts()
    {
        TextParts<TextPairs> set = Tatoeba.Read(Real("tatoeba_eng_fra", "eng-fra.tsv"));
        TextPairs[] parts = [set.Train, set.Validation, set.Test];
        Assert.Equal(41_995, parts.Sum(part => part.Count));
        Assert.Empty(set.Train.Firsts.Intersect(set.Test.Firsts).Concat(set.Validation.Firsts.Intersect(set.Test.Firsts)));
        Assert.Equal(29_363, parts.Sum(part => part.Firsts.Distinct().Count()));
        Assert.InRange(set.Test.Count, 3_900, 4_500);
    }

    [DataFact("scitldr_a")]
    public void The_real_summaries()
    {
        Summaries train = SciTldr.Read(Real("scitldr_a", "train.jsonl")), dev = SciTldr.Read(Real("scitldr_a", "dev.jsonl"));
        Assert.Equal((1_992, 619), (train.Sources.Count, dev.Sources.Count));
        Assert.All(train.Targets, targets => Assert.Single(targets));
        Assert.Equal(94 + 2 * 237 + 3 * 267 + 4 * 21, dev.Targets.Sum(targets => targets.Count));
    }

    [DataFact("sts14_images")]
    public void The_real_similarities() => Assert.Equal(750, SimilarityPairs.Read(Real("sts14_images", "sts.tsv")).Count);

    [DataFact("wikitext2_valid")]
    public void The_real_articles()
    {
        IReadOnlyList<WikiArticle> articles = WikiText.Read(Real("wikitext2_valid", "wiki.valid.tokens"));
        Assert.Equal((60, "Homarus gammarus"), (articles.Count, articles[0].Title));
    }
}
