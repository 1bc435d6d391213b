//! L3: the objects of all packs, numbered: first by pack, then by place.

use gix::objs::Kind;
use gix::{ObjectId, oid};

use super::table::Table;
use crate::sources::git::{Objects, Pack};

/// What is known of all packs.
#[derive(Debug, Default)]
pub(in crate::sources::history) struct Catalog {
    tables: Vec<Table>,
    /// The number of each pack's first object, and the count of all behind them.
    starts: Vec<u32>,
}

/// The packs and what is known of them.
#[derive(Clone, Copy)]
pub(in crate::sources::history) struct Packed<'h> {
    pub(super) packs: &'h [Pack],
    catalog: &'h Catalog,
}

impl Catalog {
    /// Reads what stands before the data of all entries.
    pub(in crate::sources::history) fn read(objects: &Objects) -> Catalog {
        let mut catalog = Catalog { tables: objects.packs().iter().map(Table::read).collect(), starts: vec![0] };
        let mut total = 0_u32;
        for table in &catalog.tables {
            total = total.checked_add(table.len()).filter(|total| *total < 1 << 31).expect("fewer than 2^31 objects fit into memory");
            catalog.starts.push(total);
        }
        catalog
    }

    /// This, with the packs of `objects` that it was read from.
    pub(in crate::sources::history) fn of<'h>(&'h self, objects: &'h Objects) -> Packed<'h> {
        Packed { packs: objects.packs(), catalog: self }
    }
}

impl<'h> Packed<'h> {
    /// No packs: for what reads objects by id only.
    pub(in crate::sources::history) fn none() -> Packed<'static> {
        static NOTHING: Catalog = Catalog { tables: Vec::new(), starts: Vec::new() };
        Packed { packs: &[], catalog: &NOTHING }
    }

    /// How many objects there are: all numbers are smaller.
    pub(in crate::sources::history) fn len(self) -> u32 {
        self.catalog.starts.last().copied().unwrap_or_default()
    }

    /// The number of an object; that in the first pack, if several have it.
    pub(in crate::sources::history) fn find(self, id: &oid) -> Option<u32> {
        let packs = self.packs.iter().zip(&self.catalog.tables).zip(&self.catalog.starts);
        packs.into_iter().find_map(|((pack, table), start)| Some(table.lookup(pack, id)? + start))
    }

    /// The id of an object.
    pub(in crate::sources::history) fn id(self, number: u32) -> ObjectId {
        let (pack, place) = self.place(number);
        self.catalog.tables[pack].id(&self.packs[pack], place)
    }

    /// The kind of an object, as far as its pack says.
    pub(in crate::sources::history) fn kind(self, number: u32) -> Option<Kind> {
        let (pack, place) = self.place(number);
        self.catalog.tables[pack].kind(place)
    }

    /// The length of an object id in bytes.
    pub(super) fn id_length(self) -> usize {
        self.packs.first().map_or(0, |pack| pack.index.object_hash().len_in_bytes())
    }

    /// Whether no pack before has the object too.
    pub(super) fn is_first(self, number: u32) -> bool {
        let (pack, _) = self.place(number);
        pack == 0 || self.find(&self.id(number)) == Some(number)
    }

    /// What is known of a pack, and the number of its first object.
    pub(super) fn table(self, pack: usize) -> (&'h Table, u32) {
        (&self.catalog.tables[pack], self.catalog.starts[pack])
    }

    /// The pack of an object and its place there.
    fn place(self, number: u32) -> (usize, u32) {
        let pack = self.catalog.starts.partition_point(|&start| start <= number) - 1;
        (pack, number - self.catalog.starts[pack])
    }
}
