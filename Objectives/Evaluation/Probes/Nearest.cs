namespace NativeSsl;

/// <summary>The places of the largest of many numbers, largest first; of equal ones the first comes first.</summary>
static class Nearest
{
    /// <param name="similarities">The numbers; a NaN counts as smaller than all.</param>
    /// <param name="count">How many places are wanted: at most as many as there are numbers.</param>
    // A heap holds the best so far with the worst of them on top, so most numbers cost one comparison.
    internal static int[] Of(ReadOnlySpan<float> similarities, int count)
    {
        int[] heap = new int[count];
        for (int i = 0; i < count; i++) heap[i] = i;
        for (int i = count / 2 - 1; i >= 0; i--) Sink(heap, i, count, similarities);
        for (int i = count; i < similarities.Length; i++)
            if (count > 0 && Before(i, heap[0], similarities)) { heap[0] = i; Sink(heap, 0, count, similarities); }
        for (int end = count - 1; end > 0; end--)
        {
            (heap[0], heap[end]) = (heap[end], heap[0]);
            Sink(heap, 0, end, similarities);
        }
        return heap;
    }

    static void Sink(int[] heap, int place, int end, ReadOnlySpan<float> similarities)
    {
        for (int child; (child = 2 * place + 1) < end; place = child)
        {
            if (child + 1 < end && Before(heap[child], heap[child + 1], similarities)) child++;
            if (Before(heap[child], heap[place], similarities)) return;
            (heap[place], heap[child]) = (heap[child], heap[place]);
        }
    }

    // A strict order of places: no two are equal.
    static bool Before(int a, int b, ReadOnlySpan<float> similarities)
    {
        int order = similarities[a].CompareTo(similarities[b]);
        return order > 0 || (order == 0 && a < b);
    }
}
