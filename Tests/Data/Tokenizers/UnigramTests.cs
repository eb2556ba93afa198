using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace NativeSsl.Tests;

/// <summary>Unigram's training and spelling against enumeration: all spellings of every word, one by one.</summary>
public sealed class UnigramTests
{
    static readonly Gen<string> WordGen = Gen.Elements("a", "b", "c", "ab", "abc").ArrayOf().Select(string.Concat).Where(word => word.Length is > 0 and < 8);
    static readonly Gen<(string Word, long Count)[]> WordsGen = WordGen.SelectMany(word => Gen.Choose(1, 4).Select(count => (word, (long)count))).NonEmptyListOf()
        .Select(words => words.DistinctBy(word => word.word).ToArray());

    static (UnigramCorpus Corpus, List<UnigramPiece> Pieces, UnigramLattice Lattice) Start((string Word, long Count)[] words, int most = 1000)
    {
        UnigramCorpus corpus = new(words, words.SelectMany(word => word.Word.EnumerateRunes()).ToHashSet());
        (List<UnigramPiece> pieces, UnigramLattice lattice) = UnigramCandidates.Find(corpus, 2, most, default);
        return (corpus, pieces, lattice);
    }

    static IEnumerable<int[]> Spellings(string word, string[] pieces)
    {
        if (word.Length == 0) yield return [];
        for (int id = 0; id < pieces.Length; id++)
            if (pieces[id].Length > 0 && word.StartsWith(pieces[id], StringComparison.Ordinal))
                foreach (int[] rest in Spellings(word[pieces[id].Length..], pieces)) yield return [id, .. rest];
    }

    [Property(MaxTest = 200)]
    public Property The_first_candidates_are_all_frequent_substrings() => Prop.ForAll(WordsGen.ToArbitrary(), words =>
    {
        (UnigramCorpus corpus, List<UnigramPiece> pieces, _) = Start(words);
        Dictionary<string, long> expected = [];
        foreach ((string word, long count) in words)
            for (int start = 0; start < word.Length; start++)
                for (int length = 1; start + length <= word.Length; length++) expected[word.Substring(start, length)] = expected.GetValueOrDefault(word.Substring(start, length)) + count;
        var kept = expected.Where(entry => entry.Key.Length == 1 || entry.Value >= 2).ToDictionary(entry => entry.Key, entry => (double)entry.Value * entry.Key.Length);
        double all = kept.Values.Sum();
        Assert.Equal(kept.Keys.Order(StringComparer.Ordinal), pieces.Select(piece => corpus.Text(piece.Start, piece.Length)).Order(StringComparer.Ordinal));
        foreach (UnigramPiece piece in pieces) Assert.Equal(Math.Log(kept[corpus.Text(piece.Start, piece.Length)] / all), piece.Score, 1e-12);
    });

    [Property(MaxTest = 200)]
    public Property Forward_and_backward_sums_are_those_over_all_spellings() => Prop.ForAll(WordsGen.ToArbitrary(), words =>
    {
        (UnigramCorpus corpus, List<UnigramPiece> pieces, UnigramLattice lattice) = Start(words);
        string[] names = [.. pieces.Select(piece => corpus.Text(piece.Start, piece.Length))];
        double[] scores = [.. pieces.Select(piece => piece.Score)], expected = new double[names.Length], ours = new double[names.Length];
        double likelihood = 0;
        foreach ((string word, long count) in words)
        {
            (int[] Spelling, double Probability)[] all = [.. Spellings(word, names).Select(spelling => (spelling, spelling.Aggregate(1.0, (p, id) => p * Math.Exp(scores[id]))))];
            double sum = all.Sum(one => one.Probability);
            likelihood += count * Math.Log(sum);
            foreach ((int[] spelling, double probability) in all) foreach (int id in spelling) expected[id] += count * probability / sum;
        }
        Assert.Equal(likelihood, lattice.Expect(scores, ours), 1e-9 * (1 + Math.Abs(likelihood)));
        for (int id = 0; id < names.Length; id++) Assert.Equal(expected[id], ours[id], 1e-9);
    });

    [Property(MaxTest = 200)]
    public Property One_round_of_EM_with_plain_shares_never_lowers_the_likelihood() => Prop.ForAll(WordsGen.ToArbitrary(), words =>
    {
        (_, List<UnigramPiece> pieces, UnigramLattice lattice) = Start(words);
        double[] scores = [.. pieces.Select(piece => piece.Score)], expected = new double[scores.Length];
        double before = lattice.Expect(scores, expected), sum = expected.Sum();
        double after = lattice.Expect([.. expected.Select(count => Math.Log(count / sum))], new double[scores.Length]);
        Assert.True(after >= before - 1e-9, $"{before} -> {after}");
    });

    [Property(MaxTest = 200)]
    public Property The_best_spelling_is_the_best_of_all() => Prop.ForAll(WordsGen.ToArbitrary(), words =>
    {
        (UnigramCorpus corpus, List<UnigramPiece> pieces, UnigramLattice lattice) = Start(words);
        string[] names = [.. pieces.Select(piece => corpus.Text(piece.Start, piece.Length))];
        // no two sets of pieces cost the same; the same pieces in another order do (abab ab, ab abab), and either is right
        double[] scores = [.. pieces.Select((piece, id) => piece.Score - 0.0137 * id * Math.Sqrt(id))];
        PieceTable table = new(["<unk>", .. names], "t");
        UnigramModel model = new(table, [0, .. scores], 0, new HashSet<int>());
        for (int word = 0; word < words.Length; word++)
        {
            int[] best = Spellings(words[word].Word, names).MaxBy(spelling => spelling.Sum(id => scores[id]))!;
            List<int> ours = [], ids = [];
            Assert.Equal(best.Sum(id => scores[id]), lattice.Best(corpus.Starts[word], words[word].Word.Length, scores, ours), 1e-9);
            IsBest(ours.AsEnumerable().Reverse());
            model.Spell(words[word].Word, ids);
            IsBest(ids.Select(id => id - 1));

            void IsBest(IEnumerable<int> spelling)
            {
                Assert.Equal(words[word].Word, string.Concat(spelling.Select(id => names[id])));
                Assert.Equal(best.Order(), spelling.Order());
            }
        }
    });

    [Property(MaxTest = 200)]
    public Property Pruning_keeps_what_the_likelihood_would_miss_most() => Prop.ForAll(WordsGen.ToArbitrary(), words =>
    {
        (UnigramCorpus corpus, List<UnigramPiece> pieces, UnigramLattice lattice) = Start(words);
        pieces = [.. pieces.Select((piece, id) => piece with { Score = piece.Score - 0.0137 * id * Math.Sqrt(id) })];        // no ties between spellings
        string[] names = [.. pieces.Select(piece => corpus.Text(piece.Start, piece.Length))];
        double[] scores = [.. pieces.Select(piece => piece.Score)], counts = lattice.BestCounts(scores);
        double all = counts.Sum();
        // the loss of each piece, by enumeration: its places go to its best spelling without it
        Dictionary<string, double> losses = [];
        for (int id = 0; id < names.Length; id++)
        {
            if (names[id].Length == 1 || counts[id] == 0) continue;
            int[] instead = Spellings(names[id], names).Where(spelling => spelling.Length > 1).MaxBy(spelling => spelling.Sum(other => scores[other]))!;
            if (instead.Sum(other => scores[other]) > scores[id] + 1e-9) continue;
            double with = Math.Log(counts[id] / all), without = instead.Sum(other => Math.Log((counts[other] + counts[id]) / (all + counts[id] * (instead.Length - 1))));
            losses.Add(names[id], counts[id] * (with - without));
        }
        int characters = names.Count(name => name.Length == 1), left = characters + losses.Count / 2;
        (List<UnigramPiece> kept, UnigramLattice smaller) = UnigramRounds.Prune(pieces, lattice, left);
        string[] keptNames = [.. kept.Select(piece => corpus.Text(piece.Start, piece.Length))];
        Assert.Equal(left, keptNames.Length);
        Assert.Equal(characters, keptNames.Count(name => name.Length == 1));
        double least = keptNames.Where(name => name.Length > 1).Select(name => losses[name]).DefaultIfEmpty(double.PositiveInfinity).Min();
        Assert.All(losses.Where(loss => !keptNames.Contains(loss.Key)), loss => Assert.True(loss.Value <= least + 1e-9, $"{loss.Key} went, though its loss {loss.Value} is above {least}"));
        // and the lattice of the rest is what it would be had there never been others
        double expected = words.Sum(word => word.Count * Math.Log(Spellings(word.Word, keptNames).Sum(spelling => spelling.Aggregate(1.0, (p, id) => p * Math.Exp(kept[id].Score)))));
        Assert.Equal(expected, smaller.Expect([.. kept.Select(piece => piece.Score)], new double[kept.Count]), 1e-9 * (1 + Math.Abs(expected)));
    });

    [Fact]
    public void Characters_without_a_piece_are_one_unknown_token_and_cost_more_than_any_piece()
    {
        PieceTable table = new(["<unk>", "a", "b", "aéb", "cd"], "t");
        UnigramModel model = new(table, [0, -1, -2, -30, -3], 0, new HashSet<int>());
        int[] Spelled(string word)
        {
            List<int> ids = [];
            model.Spell(word, ids);
            return [.. ids];
        }
        Assert.Equal([1, 0, 2], Spelled("axyzb"));
        Assert.Equal([3], Spelled("aéb"));                                  // -30 against -1 - 40 - 2
        Assert.Equal([0, 1, 0], Spelled("😂a😂"));
        Assert.Equal([1, 4, 0], Spelled("acdc"));
        // éy z costs 26; an unknown é and yz would cost 21 without the penalty and cost 31 with it
        PieceTable close = new(["<unk>", "éy", "z", "yz"], "t");
        List<int> spelled = [];
        new UnigramModel(close, [0, -20, -6, -1], 0, new HashSet<int>()).Spell("éyz", spelled);
        Assert.Equal([1, 2], spelled);
    }

    [Fact]
    public void Digamma_has_its_known_values()
    {
        const double gamma = 0.57721566490153286;                           // Abramowitz and Stegun 6.3.2, 6.3.3, 6.3.5
        Assert.Equal(-gamma, UnigramRounds.Digamma(1), 1e-9);
        Assert.Equal(-gamma - 2 * Math.Log(2), UnigramRounds.Digamma(0.5), 1e-9);
        Assert.Equal(1.5 - gamma, UnigramRounds.Digamma(3), 1e-9);
        Assert.Equal(Math.Log(1e6) - 0.5e-6, UnigramRounds.Digamma(1e6), 1e-9);
    }

    [Fact]
    public void Rare_pieces_go_and_the_others_get_the_variational_share()
    {
        (_, List<UnigramPiece> pieces, UnigramLattice lattice) = Start([("ab", 6), ("ba", 1)]);
        double[] expected = new double[pieces.Count];
        lattice.Expect([.. pieces.Select(piece => piece.Score)], expected);
        (List<UnigramPiece> after, _) = UnigramRounds.Maximize(pieces, lattice);
        double[] kept = [.. expected.Where(count => count >= 0.5)];
        Assert.Equal(kept.Length, after.Count);
        Assert.Equal(kept.Select(count => UnigramRounds.Digamma(count) - UnigramRounds.Digamma(kept.Sum())), after.Select(piece => piece.Score));
    }
}
