using System.Text;

namespace NativeSsl;

/// <summary>Training of Unigram vocabularies.</summary>
public static partial class Tokenizer
{
    // SentencePiece's settings: two rounds of EM, then a quarter of the pieces goes, until a tenth more than wanted is left.
    const int Rounds = 2;
    const double Shrink = 0.75, Surplus = 1.1;

    /// <summary>
    /// Trains a unigram vocabulary (Kudo 2018, section 3.2): many candidates, EM for their probabilities, and those go whose loss costs the corpus's likelihood
    /// least, as SentencePiece does it (google/sentencepiece, <c>unigram_model_trainer.cc</c>), except that every character of the alphabet keeps its piece
    /// throughout. The text is brought to NFC and any white space is one space, so <c>Decode</c> does not give back double spaces and line ends.
    /// </summary>
    /// <exception cref="NativeSslException">The vocabulary has no room for a character beside the special tokens,
    /// or these have none for the unknown.</exception>
    /// <inheritdoc cref="TrainBytePair"/>
    public static PieceTokenizer TrainUnigram(IEnumerable<string> texts, TokenizerTraining options)
    {
        SpecialTokenSet set = options.Specials ?? SpecialTokenSet.T5;
        string unknown = set.Unknown()
            ?? throw new NativeSslException($"Tokenizer: Unigram needs a token for the unknown, and {set}'s special tokens have none.");
        options.Check(set, set.Count() + 1, "Unigram");
        CanonicalNormalizer normalizer = new(composed: true);
        MetaspaceSplit split = new();
        WordCounts counts = WordCounts.Of(texts, normalizer, split, options);
        int room = options.Vocabulary - set.Count();
        UnigramCorpus corpus = new(counts.Words, Alphabet(counts, Math.Min(options.Alphabet, room)));
        List<(string Piece, double Score)> learned = [.. UnigramPieces(corpus, room, options, counts)
            .Select(piece => (Piece: corpus.Text(piece.Start, piece.Length), piece.Score))
            .Where(piece => !set.First().Contains(piece.Piece) && !set.Last().Contains(piece.Piece))];
        PieceTable pieces = new([.. set.First(), .. learned.Select(static piece => piece.Piece), .. set.Last()], "text");
        AddedToken[] added = set.Added(pieces);
        double[] scores = [.. set.First().Select(static _ => 0.0), .. learned.Select(static piece => piece.Score), .. set.Last().Select(static _ => 0.0)];
        return new PieceTokenizer(new PieceTokenizerParts
        {
            Pieces = pieces, Normalizer = normalizer, Split = split, Added = added, Template = set.Template(added), Decoder = new MetaspaceDecoder(),
            Model = new UnigramModel(pieces, scores, SpecialTokenSets.Id(pieces, unknown), added.Select(static token => token.Id).ToHashSet()),
        });
    }

    // The most probable pieces, as many as there is room for, every character among them.
    static IEnumerable<UnigramPiece> UnigramPieces(UnigramCorpus corpus, int room, TokenizerTraining options, WordCounts counts)
    {
        (List<UnigramPiece> pieces, UnigramLattice lattice) = UnigramCandidates.Find(corpus, options.MinimumCount, options.Candidates, options.Cancellation);
        int wanted = (int)(room * Surplus);
        while (true)
        {
            for (int round = 0; round < Rounds; round++)
            {
                (pieces, lattice) = UnigramRounds.Maximize(pieces, lattice);
                counts.Report(pieces.Count, always: true);
            }
            if (pieces.Count <= wanted) break;
            int before = pieces.Count;
            (pieces, lattice) = UnigramRounds.Prune(pieces, lattice, Math.Max(wanted, (int)(Shrink * pieces.Count)));
            if (pieces.Count == before) break;
        }
        int characters = pieces.Count(static piece => piece.Length == 1);
        return pieces.Where(static piece => piece.Length == 1)
            .Concat(pieces.Where(static piece => piece.Length > 1).OrderByDescending(static piece => piece.Score).ThenBy(static piece => piece.Start)
                .Take(Math.Max(0, room - characters)))
            .OrderByDescending(static piece => piece.Score).ThenBy(static piece => piece.Start).ThenBy(static piece => piece.Length);
    }
}

/// <summary>The two steps of the training of a unigram vocabulary: better probabilities, and fewer pieces.</summary>
static class UnigramRounds
{
    // A piece that is expected less often than this goes, says SentencePiece.
    const double Rare = 0.5;

    /// <summary>One round of EM. The M-step is the variational one, exp(ψ(c) - ψ(Σc)) instead of c / Σc, a prior that takes from the rare.</summary>
    internal static (List<UnigramPiece> Pieces, UnigramLattice Lattice) Maximize(List<UnigramPiece> pieces, UnigramLattice lattice)
    {
        double[] expected = new double[pieces.Count];
        lattice.Expect([.. pieces.Select(static piece => piece.Score)], expected);
        for (int id = 0; id < expected.Length; id++) if (pieces[id].Length == 1) expected[id] = Math.Max(expected[id], Rare);
        bool[] stays = [.. expected.Select(static count => count >= Rare)];
        double all = Digamma(expected.Where(static count => count >= Rare).Sum());
        return Keep([.. pieces.Select((piece, id) => piece with { Score = stays[id] ? Digamma(expected[id]) - all : 0 })], lattice, stays);
    }

    /// <summary>Takes pieces away until so many are left: first those that no best spelling uses, then those that the likelihood misses least.</summary>
    internal static (List<UnigramPiece> Pieces, UnigramLattice Lattice) Prune(List<UnigramPiece> pieces, UnigramLattice lattice, int left)
    {
        double[] scores = [.. pieces.Select(static piece => piece.Score)], counts = lattice.BestCounts(scores);
        double all = counts.Sum();
        bool[] stays = new bool[pieces.Count];
        List<(int Id, double Loss)> losses = [];
        List<int> instead = [];
        for (int id = 0; id < pieces.Count; id++)
        {
            stays[id] = pieces[id].Length == 1;
            if (stays[id] || counts[id] == 0) continue;
            instead.Clear();
            if (lattice.Best(pieces[id].Start, pieces[id].Length, scores, instead, without: id) > scores[id]) continue;
            // If it goes, its places are spelled by the next best pieces: these become more frequent, and the corpus longer.
            double longer = Math.Log(all + counts[id] * (instead.Count - 1));
            double after = instead.Sum(other => Math.Log(counts[other] + counts[id]) - longer);
            losses.Add((id, counts[id] * (Math.Log(counts[id]) - Math.Log(all) - after)));
        }
        int room = left - stays.Count(static stay => stay);
        foreach ((int id, _) in losses.OrderByDescending(static loss => loss.Loss).ThenBy(static loss => loss.Id).Take(Math.Max(0, room))) stays[id] = true;
        return Keep(pieces, lattice, stays);
    }

    static (List<UnigramPiece>, UnigramLattice) Keep(List<UnigramPiece> pieces, UnigramLattice lattice, bool[] stays)
    {
        int next = 0;
        int[] renamed = [.. stays.Select(stay => stay ? next++ : -1)];
        return ([.. pieces.Where((_, id) => stays[id])], lattice.Keep(renamed));
    }

    /// <summary>ψ(x), the derivative of ln Γ: recurrence up to 6, then the asymptotic series (Abramowitz and Stegun 6.3.18).</summary>
    internal static double Digamma(double x)
    {
        double value = 0;
        for (; x < 6; x++) value -= 1 / x;
        double square = 1 / (x * x);
        return value + Math.Log(x) - 1 / (2 * x) - square * (1.0 / 12 - square * (1.0 / 120 - square * (1.0 / 252 - square * (1.0 / 240 - square / 132))));
    }
}
