using System.Diagnostics;

namespace NativeSsl;

/// <summary>
/// What two texts have in common on their face: the control of whatever claims to understand whether one follows from the other. Bowman, Angeli, Potts &amp; Manning 2015, “A large annotated
/// corpus for learning natural language inference”, section 3.2, features 2 and 3 over all words; besides, whether just one of the two is negated. With a <see cref="LinearProbe"/>
/// they are a classifier.
/// </summary>
public static class PairOverlap
{
    /// <summary>How many features there are.</summary>
    public const int Width = 6;

    static readonly HashSet<string> Negations = ["no", "not", "nobody", "nothing", "none", "never", "nor", "without"];

    // A, B: the distinct words of a and b; A₂, B₂: their distinct pairs of neighbouring words; |a|, |b|: how many words there are, repeated ones counted. Of nothing the share is zero.
    /// <summary>For each pair |A ∩ B| / |A ∪ B|, |A ∩ B| / |A|, |A ∩ B| / |B|, |A₂ ∩ B₂| / |B₂|, |b| − |a|, and 1 if just one has a word of negation.</summary>
    /// <param name="backend">The device.</param>
    /// <param name="pairs">Pairs of texts; their labels go along. Words are those of <see cref="TfIdf"/>.</param>
    /// <returns><c>[pairs, 6]</c></returns>
    /// <exception cref="NativeSslException">The texts stand alone.</exception>
    public static FeatureSet Of(IBackend backend, LabelledTexts pairs)
    {
        if (pairs.Seconds is not { } seconds) throw new NativeSslException($"PairOverlap: the texts {pairs.Name} stand alone; pairs are needed.");
        long began = Stopwatch.GetTimestamp();
        float[] values = [.. pairs.Texts.Zip(seconds).SelectMany(pair => Row(TfIdf.Words(pair.First), TfIdf.Words(pair.Second)))];
        Tensor table = Tensor.From(backend, [pairs.Count, Width], values);
        return new("overlap of words", pairs.Split, table, pairs.Labels, pairs.Classes.Count, new Cost(Stopwatch.GetElapsedTime(began).TotalSeconds));
    }

    static float[] Row(string[] a, string[] b)
    {
        HashSet<string> A = [.. a], B = [.. b];
        HashSet<string> A2 = [.. NGrams.OfTokens(a, 2).Keys], B2 = [.. NGrams.OfTokens(b, 2).Keys];
        int common = A.Intersect(B).Count();
        return
        [
            Share(common, A.Union(B).Count()), Share(common, A.Count), Share(common, B.Count), Share(A2.Intersect(B2).Count(), B2.Count), b.Length - a.Length,
            A.Overlaps(Negations) != B.Overlaps(Negations) ? 1 : 0,
        ];
    }

    static float Share(int some, int all) => all == 0 ? 0 : some / (float)all;
}
