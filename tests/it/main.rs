mod rig;
mod store;
